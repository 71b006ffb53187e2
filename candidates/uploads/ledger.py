"""What became of the files: every one in exactly one state, and the sum is what was received."""

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
    """Files by state; every state is there, most with 0."""

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
        """What the number received is the sum of, in words; parts of 0 are left out but for evaluated."""
        parts = [
            ("evaluated", self.by_state[ItemState.EVALUATED]),
            ("in progress", self.open),
            ("duplicates", self.by_state[ItemState.DUPLICATE]),
            ("invalid", self.by_state[ItemState.INVALID]),
            ("need attention", self.attention),
        ]
        return [part for part in parts if part[1] or part[0] == "evaluated"]


def count(items: QuerySet[UploadItem]) -> Counts:
    rows = dict(items.order_by().values_list("state").annotate(Count("pk")))
    return Counts(by_state={state: rows.get(state, 0) for state in ItemState})


def of_job(job: Job) -> Counts:
    return count(UploadItem.objects.filter(job=job))


def of_batch(batch: UploadBatch) -> Counts:
    return count(batch.items.all())


def upload_message(batch: UploadBatch) -> dict[str, int]:
    """The counts as the ancestor's `/api/upload` names them; they add up to `total`."""
    counts = of_batch(batch)
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


def shown(job: Job) -> list[UploadItem]:
    """The files that the job's page lists: those still open or in need of attention, newest first."""
    wanted = Q(state__in=[*OPEN_STATES, *ATTENTION_STATES])
    return list(UploadItem.objects.filter(wanted, job=job).order_by("-pk")[:MOST_SHOWN])


GROUPS: dict[str, tuple[str, tuple[ItemState, ...]]] = {
    "": ("All files", tuple(ItemState)),
    "open": ("In progress", tuple(OPEN_STATES)),
    "attention": ("Need attention", tuple(ATTENTION_STATES)),
    **{state.value: (state.label.capitalize(), (state,)) for state in END_STATES},
}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One view of a job's ledger, as its address says it: files of a state or of a group of states."""

    state: str = ""
    before: int | None = None

    @classmethod
    def from_query(cls, query: QueryDict) -> "Kept":
        """Read the address; what makes no sense in it is left out."""
        state = query.get("state", "")
        before = ids.parse_id(query.get("before", "")) or None
        return cls(state=state if state in GROUPS else "", before=before)

    @property
    def title(self) -> str:
        return GROUPS[self.state][0]


def page(job: Job, kept: Kept, most: int) -> list[UploadItem]:
    """At most `most` files of `kept`, newest first.

    Each state is read along its own index, so that a rare one is found as quickly as a common one.
    """
    found: list[UploadItem] = []
    for state in GROUPS[kept.state][1]:
        of_state = UploadItem.objects.filter(job=job, state=state).order_by("-pk")
        found += (of_state if kept.before is None else of_state.filter(pk__lt=kept.before))[:most]
    return sorted(found, key=lambda item: -item.pk)[:most]
