"""The queue of evaluations by what they wait for: an engine, and in some Hybrid pairs a transcript before."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from candidates.models import (
    Evaluation,
    EvaluationStatus,
    ItemState,
    Transcript,
    TranscriptStatus,
    UploadBatch,
    UploadItem,
)
from models_admin.backlog import Waiting

ARRIVES_WITHIN_S = 3600  # a batch that was opened longer ago is not waited for
BEING_OPENED = [ItemState.RECEIVED, ItemState.PREPARING]
LATELY = 64  # readings that tell how fast a model is


def queued() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(status=EvaluationStatus.QUEUED)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A selection as its work is looked for. `unpinned`: what nobody has pinned is its work as well.

    `parser_revision` is that of the weights of its parser, which transcripts are kept by.
    """

    mode: str
    model_config_id: int
    parser_id: int | None = None
    parser_revision: str = ""
    unpinned: bool = True

    @property
    def columns(self) -> dict[str, object]:
        """What a claim writes into an evaluation, and what a pinned one has had from the start."""
        return {"mode": self.mode, "model_config_id": self.model_config_id, "parser_id": self.parser_id}

    def waiting(self) -> QuerySet[Evaluation]:
        """All evaluations that it may serve."""
        its_own = Q(pinned=True, **self.columns)
        return queued().filter(its_own | Q(pinned=False) if self.unpinned else its_own)

    def ready(self) -> QuerySet[Evaluation]:
        """Those that its deciding model may take: with a parser, the ones that have a transcript."""
        waiting, parsed = self.waiting(), Q(self._has(TranscriptStatus.SUCCEEDED))
        return waiting.filter(parsed) if self.parser_id else waiting

    def unbegun(self) -> QuerySet[Evaluation]:
        """Those whose résumé its parser has no transcript of, not even one that waits."""
        return self.waiting().exclude(self._has(*TranscriptStatus))

    def _has(self, *statuses: TranscriptStatus) -> Exists:
        """Whether an evaluation's résumé has a transcript of one of `statuses`."""
        made = self.transcripts().filter(status__in=statuses)
        return Exists(made.filter(resume=OuterRef("application__resume")))

    def transcripts(self) -> QuerySet[Transcript]:
        """Those of its parser."""
        return Transcript.objects.filter(parser_id=self.parser_id, revision=self.parser_revision)

    def stages(self) -> "Stages":
        """The work of a pair with a parser; a résumé that is being parsed waits for neither."""
        has = {
            "parsed": self._has(TranscriptStatus.SUCCEEDED),
            "parsing": self._has(TranscriptStatus.RUNNING),
        }
        parsed, unparsed = Q(parsed=True), Q(parsed=False, parsing=False)
        found = self.waiting().order_by().annotate(**has)
        counted = found.aggregate(
            to_parse=Count("application__resume", filter=unparsed, distinct=True),
            to_decide=Count("pk", filter=parsed),
            parse_oldest_at=Min("created_at", filter=unparsed),
            decide_oldest_at=Min("created_at", filter=parsed),
        )
        return Stages(**counted)


def waiting() -> list[Waiting]:
    """The queue by what it waits for."""
    rows = (
        queued()
        .order_by()
        .values("pinned", "mode", "model_config_id", "parser_id")
        .annotate(count=Count("pk"), oldest_at=Min("created_at"))
    )
    return [Waiting(**row) for row in rows]


def depth() -> dict[str, int]:
    """How much waits and runs: files to open and evaluations."""
    to_prepare = UploadItem.objects.filter(state__in=BEING_OPENED).count()
    running = Evaluation.objects.filter(status=EvaluationStatus.RUNNING).count()
    return {"to_prepare": to_prepare, "queued": queued().count(), "running": running}


def paces_s(model_config_ids: Collection[int]) -> Mapping[int, float]:
    """Seconds for each of a model's last readings, counting only while it read any; by the model's id."""
    found: dict[int, float] = {}
    for id_ in model_config_ids:
        read = Evaluation.objects.filter(model_config=id_, status=EvaluationStatus.SUCCEEDED)
        last = read.order_by("-pk").values_list("started_at", "ended_at")[:LATELY]
        if spans := [(began_at, ended_at) for began_at, ended_at in last if began_at and ended_at]:
            found[id_] = _busy_s(spans) / len(spans)
    return found


def _busy_s(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """How long at least one of `spans` went on."""
    busy, end = timedelta(), None
    for began_at, ended_at in sorted(spans):
        if end is None or began_at > end:
            end = began_at
        busy += max(timedelta(), ended_at - end)
        end = max(end, ended_at)
    return busy.total_seconds()


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What waits for a pair: résumés for its parser, evaluations for its deciding model. None = none does."""

    to_parse: int
    to_decide: int
    parse_oldest_at: datetime | None
    decide_oldest_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Arriving:
    """Files that senders have announced or sent, and that wait for no model yet; `last_at` one came last.

    `rest_s` is how long the slowest batch takes for the rest at its pace so far; 0 where none of it came yet.
    """

    count: int
    last_at: datetime
    rest_s: float


def arriving() -> Arriving:
    """What is on its way into the queue, of batches that were opened lately."""
    now = timezone.now()
    since = now - timedelta(seconds=ARRIVES_WITHIN_S)
    batches = UploadBatch.objects.filter(created_at__gte=since).annotate(
        came=Count("items"), opening=Count("items", filter=Q(items__state__in=BEING_OPENED))
    )
    to_come, rest_s = 0, 0.0
    for batch in batches.values_list("announced_count", "created_at", "came", "opening", named=True):
        missing = max(0, batch.announced_count - batch.came)
        to_come += missing
        if through := batch.came - batch.opening:
            age_s = (now - batch.created_at).total_seconds()
            rest_s = max(rest_s, (missing + batch.opening) * age_s / through)
    opening = UploadItem.objects.filter(state__in=BEING_OPENED).count()
    last = UploadItem.objects.order_by("-pk").values_list("created_at", flat=True).first()
    return Arriving(count=to_come + opening, last_at=now if opening else last or now, rest_s=rest_s)
