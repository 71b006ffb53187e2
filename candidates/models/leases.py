"""Leased work: a worker claims it for a while, renews its lease, and is fenced by a rising token."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from models_admin.models import GpuWorker

FAILURES_ALLOWED = 3  # the third ends the work


class Leased(models.Model):
    """A row of work. Writes must name the token of the current claim, else nothing is written."""

    claim_token = models.PositiveBigIntegerField(default=0, editable=False)
    claimed_by = models.ForeignKey(GpuWorker, models.SET_NULL, null=True, editable=False, related_name="+")
    lease_expires_at = models.DateTimeField(null=True, editable=False, db_index=True)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One row as one worker holds it. `alone`: nothing else may run beside it."""

    pk: int
    token: int
    failures: int
    alone: bool = False

    @property
    def is_last_try(self) -> bool:
        """Whether the next failure ends the work."""
        return self.failures + 1 >= FAILURES_ALLOWED


class ClaimLost(Exception):
    """Another worker holds this row now, or it has ended: the result is not written."""


Row = TypeVar("Row", bound=Leased)
C = TypeVar("C", bound=Claim)


class LeasedWork(ABC, Generic[Row, C]):
    """The life cycle of one kind of leased work: queued, held by a worker, then ended or queued again.

    A kind defines how its rows are queued again and how they end after the last failure. Nothing is written
    under a lost claim.
    """

    model: type[Row]
    held: ClassVar[Mapping[str, str]]  # columns of a row while a worker holds it

    @abstractmethod
    def requeue(self, rows: "models.QuerySet[Row]", **changes: object) -> None:
        """Queue `rows` again without their claims, and write `changes` into them."""

    @abstractmethod
    def end_failed(self, claim: C, sentence: str) -> None:
        """End the work after its last failure, with `sentence` for a person. Raises ClaimLost."""

    def retry_notes(self, sentence: str, *, in_answer: bool) -> dict[str, object]:
        """Return the columns that tell the next attempt about the failure `sentence`."""
        return {}

    def take(self, ready: "models.QuerySet[Row]", worker: GpuWorker, limit: int, **changes: Any) -> list[Row]:
        """Claim up to `limit` rows of `ready` for `worker`, oldest first, and write `changes` into them.

        Returns the updated rows. PostgreSQL skips rows that another worker is claiming. SQLite allows one
        writer at a time, so check first whether there is anything to claim.
        """
        if limit < 1:
            return []
        changes |= {**self.held, "claimed_by": worker, "lease_expires_at": lease_end()}
        with transaction.atomic():
            rows = list(ready.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:limit])
            pks = [row.pk for row in rows]
            self._rows.filter(pk__in=pks).update(claim_token=F("claim_token") + 1, **changes)
        for row in rows:
            row.claim_token += 1
            for name, value in changes.items():
                setattr(row, name, value)
        return rows

    def renew(self, worker: GpuWorker, pks: Collection[int]) -> None:
        """Renew the leases of `worker` on the rows `pks`; lost ones stay lost."""
        if pks:
            held = self._rows.filter(pk__in=pks, claimed_by=worker, lease_expires_at__isnull=False)
            held.update(lease_expires_at=lease_end())

    def held_under(self, claim: C) -> "models.QuerySet[Row]":
        """Return the row of `claim` if it is still held under it, else no row."""
        return self._rows.filter(pk=claim.pk, claim_token=claim.token, lease_expires_at__isnull=False)

    def lock(self, claim: C) -> Row:
        """Return the row of `claim`, locked. Raises ClaimLost."""
        row = self.held_under(claim).select_for_update(of=("self",)).first()
        if row is None:
            raise self._lost(claim)
        return row

    def end(self, claim: C, **changes: object) -> None:
        """Write `changes`, which end the work. Raises ClaimLost."""
        if self.held_under(claim).update(lease_expires_at=None, **changes) != 1:
            raise self._lost(claim)

    def put_back(self, claims: Iterable[C]) -> None:
        """Queue again what a worker could not finish; no failure is charged. Lost claims stay as they are."""
        for claim in claims:
            self.requeue(self.held_under(claim))

    def fail(self, claim: C, sentence: str, *, in_answer: bool = False) -> None:
        """Charge a failure: back to the queue, or ended with `sentence` at the third (raises ClaimLost).

        `in_answer`: the fault was in the model's answer, and the next attempt may tell it so.
        """
        if claim.is_last_try:
            self.end_failed(claim, sentence)
        else:
            notes = self.retry_notes(sentence, in_answer=in_answer)
            self.requeue(self.held_under(claim), failures=claim.failures + 1, **notes)

    def engine_died(self, claim: C, sentence: str) -> None:
        """Queue again what an engine was working on when it died.

        A failure is charged only if nothing else was in hand; else it is a suspect and runs alone next time.
        Raises ClaimLost as `fail` does.
        """
        if claim.alone:
            self.fail(claim, sentence)
        else:
            self.requeue(self.held_under(claim), alone=True)

    def requeue_expired(self) -> None:
        """Queue again what dead workers held: its leases have expired."""
        self.requeue(self._rows.filter(**self.held, lease_expires_at__lt=timezone.now()))

    def requeue_of(self, worker: GpuWorker) -> None:
        """Queue again what an earlier process of `worker` held; call it once that process is gone."""
        self.requeue(self._rows.filter(**self.held, claimed_by=worker))

    @property
    def _rows(self) -> "models.QuerySet[Row]":
        return self.model._default_manager.all()

    def _lost(self, claim: C) -> ClaimLost:
        return ClaimLost(f"{self.model._meta.verbose_name} {claim.pk}")


def suspects_first(
    ready: "models.QuerySet[Row]", limit: int, in_hand: Collection[int]
) -> "tuple[models.QuerySet[Row], int]":
    """Return what to claim of `ready`, and how many: suspects come first, one at a time and alone.

    Suspects were in hand when an engine died; running alone shows which one kills it. Rows that are still
    `in_hand` are left out, though they may be queued again already.
    """
    ready = ready.exclude(pk__in=in_hand)
    suspects = ready.filter(alone=True)
    if suspects.exists():
        return suspects, 0 if in_hand else 1
    return ready, limit


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_S)
