"""Work that one worker holds for a while: claimed, kept alive, and fenced by a token that only rises."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from models_admin.models import GpuWorker

FAILURES_ALLOWED = 3  # the third ends the work


class Leased(models.Model):
    """A row of work. Whoever writes to it names the token of its own claim, or nothing is written."""

    claim_token = models.PositiveBigIntegerField(default=0, editable=False)
    claimed_by = models.ForeignKey(GpuWorker, models.SET_NULL, null=True, editable=False, related_name="+")
    lease_expires_at = models.DateTimeField(null=True, editable=False, db_index=True)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One row as one worker holds it."""

    pk: int
    token: int
    failures: int

    @property
    def is_last_try(self) -> bool:
        """Whether one more failure ends the work."""
        return self.failures + 1 >= FAILURES_ALLOWED


class ClaimLost(Exception):
    """Another worker holds this row now, or it has ended: what was found out is not written."""


Row = TypeVar("Row", bound=Leased)


def claim(waiting: "models.QuerySet[Row]", worker: GpuWorker, limit: int, **changes: Any) -> list[Row]:
    """Take up to `limit` rows of `waiting` for `worker`, oldest first, and write `changes` into them.

    Returns the rows as they now are. On PostgreSQL rows that somebody else is taking are skipped; SQLite
    has one writer at a time anyway, so ask first whether there is something to take.
    """
    if limit < 1:
        return []
    changes |= {"claimed_by": worker, "lease_expires_at": lease_end()}
    with transaction.atomic():
        rows = list(waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:limit])
        pks = [row.pk for row in rows]
        waiting.model._default_manager.filter(pk__in=pks).update(claim_token=F("claim_token") + 1, **changes)
    for row in rows:
        row.claim_token += 1
        for name, value in changes.items():
            setattr(row, name, value)
    return rows


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.LEASE_S)


def renew(kind: type[Leased], worker: GpuWorker, pks: Collection[int]) -> None:
    """Prolong the leases of `worker` on the rows `pks`; those it has lost stay lost."""
    if pks:
        kind._default_manager.filter(pk__in=pks, claimed_by=worker, lease_expires_at__isnull=False).update(
            lease_expires_at=lease_end()
        )


def held(kind: type[Row], work: Claim) -> "models.QuerySet[Row]":
    """The row of `work` if it is still held under that claim, else nothing."""
    return kind._default_manager.filter(pk=work.pk, claim_token=work.token, lease_expires_at__isnull=False)
