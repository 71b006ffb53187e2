"""The table of a job's applications: which rows a page shows, newest first, and what each of them needs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict

from candidates import staleness
from candidates.models import Application, ApplicationQuerySet, Outcome

PAGE_ROWS = 100


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One view of a job's table, as its address says it: `?invalid=1&before=123`."""

    job_id: int
    invalid: bool = False
    before: int | None = None

    @classmethod
    def from_query(cls, job_id: int, query: QueryDict) -> "Listing":
        """Read the address; what makes no sense in it is left out."""
        before = query.get("before", "")
        return cls(
            job_id=job_id,
            invalid=query.get("invalid") == "1",
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        )

    @property
    def is_newest_page(self) -> bool:
        return self.before is None


def rows(listing: Listing) -> list[Application]:
    """Return at most `PAGE_ROWS` rows, as `_application.html` needs them."""
    found = _described().filter(_shown(listing))
    if listing.before is not None:
        found = found.filter(pk__lt=listing.before)
    return list(found.order_by("-pk")[:PAGE_ROWS])


def every(job_id: int, *, invalid: bool, unveiled: bool = False) -> ApplicationQuerySet:
    """All rows of a job, newest first, with what models found in them; `unveiled` also what is hidden."""
    return (
        _described(unveiled=unveiled)
        .defer(None)
        .defer("resume__pages")
        .select_related("current_evaluation__job_version")
        .prefetch_related("current_evaluation__job_version__criteria")
        .filter(_shown(Listing(job_id=job_id, invalid=invalid)))
    )


def row(application_id: int) -> Application | None:
    """Return one row, as `_application.html` needs it; None where it is gone."""
    return _described().filter(pk=application_id).first()


def matches(listing: Listing, application: Application) -> bool:
    """Whether `application` would stand on the newest page of `listing`."""
    evaluation = application.current_evaluation
    invalid = evaluation is not None and evaluation.outcome == Outcome.INVALID
    return application.job_id == listing.job_id and (listing.invalid or not invalid)


def digest(shown: Sequence[Application]) -> str:
    """A version of the whole table: equal tables have equal digests."""
    text = ",".join(f"{row.pk}:{row.row_version}:{row.stale}" for row in shown)  # type: ignore[attr-defined]
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


def invalid_count(job_id: int) -> int:
    """How many rows of the job are hidden unless invalid ones are asked for."""
    return Application.objects.filter(job_id=job_id, current_evaluation__outcome=Outcome.INVALID).count()


def matching(listing: Listing) -> ApplicationQuerySet:
    """All rows that `listing` shows, on whatever page, in no order."""
    return Application.objects.order_by().filter(_shown(listing))


def _shown(listing: Listing) -> Q:
    own = Q(job_id=listing.job_id)
    if listing.invalid:
        return own
    return own & (Q(current_evaluation=None) | ~Q(current_evaluation__outcome=Outcome.INVALID))


def _described(*, unveiled: bool = False) -> ApplicationQuerySet:
    same_person = Application.objects.filter(job=OuterRef("job"), candidate=OuterRef("candidate")).order_by()
    rows = Application.objects.with_veil() if unveiled else Application.objects.veiled()
    return (
        rows.select_related("candidate", "resume", "current_evaluation__model_config")
        .defer("resume__pages", "current_evaluation__answer", "current_evaluation__criteria")
        .with_decision()
        .annotate(
            versions=Coalesce(
                Subquery(same_person.values("candidate").annotate(n=Count("pk")).values("n")), 1
            ),
            newest=~Exists(same_person.filter(pk__gt=OuterRef("pk"))),
            stale=staleness.words("current_evaluation__"),
        )
    )
