"""The state of every file received. Each is in exactly one state, so the counts add up."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from candidates.models import (
    ATTENTION_STATES,
    END_STATES,
    OPEN_STATES,
    ItemState,
    UploadBatch,
    UploadItem,
)
from jobs.models import Job
from models_admin.kit import ids

MOST_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Number of files by state; every state is a key."""

    by_state: dict[ItemState, int]

    @property
    def received(self) -> int:
        return sum(self.by_state.values())

    @property
    def open(self) -> int:
        return sum(self.by_state[state] for state in OPEN_STATES)

    @property
    def attention(self) -> int:
        return sum(self.by_state[state] for state in ATTENTION_STATES)

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The parts that `received` is the sum of, in words. Parts of 0 are left out, except evaluated."""
        parts = [
            ("evaluated", self.by_state[ItemState.EVALUATED]),
            ("in progress", self.open),
            ("duplicates", self.by_state[ItemState.DUPLICATE]),
            ("invalid", self.by_state[ItemState.INVALID]),
            ("need attention", self.attention),
        ]
        return [part for part in parts if part[1] or part[0] == "evaluated"]


def count_items(items: QuerySet[UploadItem]) -> Counts:
    rows = dict(items.order_by().values_list("state").annotate(Count("pk")))
    return Counts(by_state={state: rows.get(state, 0) for state in ItemState})


def counts_of_job(job: Job) -> Counts:
    return count_items(UploadItem.objects.filter(job=job))


def counts_of_batch(batch: UploadBatch) -> Counts:
    return count_items(batch.items.all())


def upload_message(batch: UploadBatch) -> dict[str, int]:
    """Return the counts by the names of `/api/upload`, kept for older clients; they add up to `total`."""
    counts = counts_of_batch(batch)
    in_model = batch.items.filter(state=ItemState.FAILED, failed_in_model=True).count()
    success = counts.by_state[ItemState.EVALUATED] + counts.by_state[ItemState.INVALID]
    skipped = counts.by_state[ItemState.DUPLICATE]
    return {
        "success": success,
        "llm_error": in_model,
        "server_error": counts.received - counts.open - success - skipped - in_model,
        "skipped": skipped,
        "total": counts.received,
    }


def listed_items(job: Job) -> list[UploadItem]:
    """Return the files that the job's page lists: those that are open or need attention, newest first."""
    wanted = Q(state__in=[*OPEN_STATES, *ATTENTION_STATES])
    return list(UploadItem.objects.filter(wanted, job=job).order_by("-pk")[:MOST_SHOWN])


GROUPS: dict[str, tuple[str, tuple[ItemState, ...]]] = {
    "": ("All files", tuple(ItemState)),
    "open": ("In progress", tuple(OPEN_STATES)),
    "attention": ("Need attention", tuple(ATTENTION_STATES)),
    **{state.value: (state.label.capitalize(), (state,)) for state in END_STATES},
}


@dataclass(frozen=True, kw_only=True)
class LedgerView:
    """One view of a job's ledger, as its query string has it: the files of a state or group of states."""

    state: str = ""
    before: int | None = None

    @classmethod
    def from_query(cls, query: QueryDict) -> "LedgerView":
        """Parse a query string; ignore what is not valid."""
        state = query.get("state", "")
        before = ids.parse_id(query.get("before", "")) or None
        return cls(state=state if state in GROUPS else "", before=before)

    @property
    def title(self) -> str:
        return GROUPS[self.state][0]


def page_items(job: Job, view: LedgerView, most: int) -> list[UploadItem]:
    """Return at most `most` files of `view`, newest first.

    Each state is queried by itself along its index, so a rare one is found as quickly as a common one.
    """
    found: list[UploadItem] = []
    for state in GROUPS[view.state][1]:
        of_state = UploadItem.objects.filter(job=job, state=state).order_by("-pk")
        found += (of_state if view.before is None else of_state.filter(pk__lt=view.before))[:most]
    return sorted(found, key=lambda item: -item.pk)[:most]
