"""The rows that match a listing, and their number."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.db.models import Q

from candidates.evaluations import search, staleness
from candidates.models import Application, ApplicationQuerySet, OutcomeOrder
from candidates.table.address import Listing
from jobs.models import Job
from models_admin.models import ModelConfig

MOST_COUNTED = 1_000


def matching(listing: Listing) -> ApplicationQuerySet:
    """Return all rows of `listing`, of all its pages, unordered."""
    found = Application.objects.order_by().filter(_columns(listing))
    if listing.q:
        blind = Job.objects.filter(pk=listing.job_id, blind=True).exists()
        found = found.filter(search.condition(listing.q, blind=blind))
    if listing.stale:
        found = found.filter(staleness.any_of("current_evaluation__"))
    return found


def _columns(listing: Listing) -> Q:
    """Return the filters on columns of the row itself."""
    wanted = Q(job_id=listing.job_id)
    if listing.outcome is not None:
        wanted &= Q(by_outcome=listing.outcome)
    elif not listing.invalid:
        wanted &= ~Q(by_outcome=OutcomeOrder.INVALID)
    if not listing.earlier:
        wanted &= Q(superseded=False)
    if listing.decision is not None:
        wanted &= Q(by_decision=listing.decision)
    if listing.model:
        named = ModelConfig.objects.filter(name=listing.model).values_list("pk", flat=True).first()
        wanted &= Q(by_model=-1 if named is None else named)
    if listing.mode is not None:
        wanted &= Q(by_mode=listing.mode)
    if listing.flagged:
        wanted &= Q(flagged=True)
    if listing.since is not None:
        wanted &= Q(created_at__gte=datetime.combine(listing.since, time(), UTC))
    if listing.until is not None:
        wanted &= Q(
            created_at__lte=datetime.combine(listing.until, time.max, UTC)
        )  # not the next day: 9999-12-31 has none
    return wanted


@dataclass(frozen=True, kw_only=True)
class Count:
    """A number of rows; with `more`, counting stopped there."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"more than {self.number:,}" if self.more else f"{self.number:,}"


def count(listing: Listing) -> Count:
    """Count the matching rows, up to MOST_COUNTED."""
    return _counted(matching(listing))


def invalid_count(job_id: int) -> Count:
    """Count the invalid rows of the job, which are hidden by default."""
    return _counted(Application.objects.filter(job_id=job_id, by_outcome=OutcomeOrder.INVALID).order_by())


def _counted(rows: ApplicationQuerySet) -> Count:
    number = rows.values("pk")[: MOST_COUNTED + 1].count()
    return Count(number=min(number, MOST_COUNTED), more=number > MOST_COUNTED)
