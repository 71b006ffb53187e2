"""Work that one worker holds for a while: claimed, kept alive, and fenced by a token that only rises."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from models_admin.models import GpuWorker


class Leased(models.Model):
    """A row of work. Whoever writes to it names the `claim_token` of its own claim, or nothing is written."""

    claim_token = models.PositiveBigIntegerField(default=0, editable=False)
    claimed_by = models.ForeignKey(GpuWorker, models.SET_NULL, null=True, editable=False, related_name="+")
    lease_expires_at = models.DateTimeField(null=True, editable=False, db_index=True)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Leased)
