"""The progress of screenings, counted from their evaluations at each request."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from candidates.models import OPEN_STATUSES, Evaluation, EvaluationStatus, Screening
from jobs.models import Job
from models_admin.models import Mode
from models_admin.registry.options import Option

LOOKED_AT = 10  # newest screenings of a job; open ones are looked for among them


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One screening with its evaluations by status; `waiting` ones can still be cancelled."""

    screening: Screening
    waiting: int
    running: int
    read: int
    failed: int
    cancelled: int

    @property
    def total(self) -> int:
        return self.ended + self.waiting + self.running

    @property
    def ended(self) -> int:
        return self.read + self.failed + self.cancelled

    @property
    def is_open(self) -> bool:
        return self.ended < self.total

    @property
    def option(self) -> Option | None:
        """The option of all its evaluations; None if each has its own."""
        row = self.screening
        if row.model_config is None:
            return None
        return Option(mode=Mode(row.mode), model_config=row.model_config, parser=row.parser)

    @property
    def words(self) -> str:
        said = [f"{self.read} of {self.total} read"]
        said += [f"{self.failed} failed"] if self.failed else []
        said += [f"{self.cancelled} cancelled"] if self.cancelled else []
        said += [f"{self.waiting + self.running} to go"] if self.is_open else []
        return ", ".join(said)

    @property
    def version(self) -> str:
        return f"{self.read}-{self.failed}-{self.cancelled}-{self.running}-{self.waiting}"


def progress_of(screening: Screening) -> Progress:
    [progress] = _counted([screening])
    return progress


def newest(job: Job, limit: int) -> list[Progress]:
    """Return the newest screenings of `job`: two queries for any number of applications."""
    return _counted(_of_job(job)[:limit])


def shown(job: Job) -> list[Progress]:
    """Return the open screenings of `job`, newest first, else the newest one. No other is counted."""
    on_its_way = Evaluation.objects.filter(screening=OuterRef("pk"), status__in=OPEN_STATUSES)
    looked_at = list(_of_job(job).annotate(goes_on=Exists(on_its_way))[:LOOKED_AT])
    return _counted([row for row in looked_at if row.goes_on] or looked_at[:1])


def _of_job(job: Job) -> QuerySet[Screening]:
    return Screening.objects.filter(job=job).select_related("model_config", "parser", "asked_by")


def _counted(screenings: Iterable[Screening]) -> list[Progress]:
    rows = list(screenings)
    evaluations = Evaluation.objects.filter(screening__in=rows).order_by()
    counts: dict[tuple[int | None, str], int] = defaultdict(int)
    by_status = evaluations.values_list("screening_id", "status").annotate(Count("pk"))
    for screening_id, status, count in by_status:
        counts[screening_id, status] = count
    return [
        Progress(
            screening=row,
            waiting=counts[row.pk, EvaluationStatus.QUEUED],
            running=counts[row.pk, EvaluationStatus.RUNNING],
            read=counts[row.pk, EvaluationStatus.SUCCEEDED],
            failed=counts[row.pk, EvaluationStatus.FAILED],
            cancelled=counts[row.pk, EvaluationStatus.CANCELLED],
        )
        for row in rows
    ]
