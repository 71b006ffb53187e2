"""The ledger: files received, and their states."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models.documents import Resume
from candidates.models.leases import Leased
from jobs.models import Job


class UploadBatch(models.Model):
    """Files that somebody sent together for one job."""

    noun, job_path = "batch", "job"  # see jobs.access

    class Source(models.TextChoices):
        PAGE = "page", "page"
        API = "api", "API"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="batches")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    announced_count = models.PositiveIntegerField(help_text="Files that the sender announced.")
    source = models.CharField(max_length=4, choices=Source.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class ItemState(models.TextChoices):
    """The state of an uploaded file. Every file ends in exactly one of `END_STATES`."""

    RECEIVED = "received", "received"  # stored, waits to be opened
    PREPARING = "preparing", "reading"  # a worker is opening it
    EVALUATING = "evaluating", "waiting for a verdict"
    EVALUATED = "evaluated", "evaluated"
    INVALID = "invalid", "not a résumé"  # the verdict is Invalid
    DUPLICATE = "duplicate", "duplicate"  # same bytes, same job
    ENCRYPTED = "encrypted", "encrypted"
    UNREADABLE = "unreadable", "unreadable"
    UNSUPPORTED = "unsupported", "unsupported"
    TOO_LARGE = "too_large", "too large"
    FAILED = "failed", "failed"  # can be retried


OPEN_STATES = [ItemState.RECEIVED, ItemState.PREPARING, ItemState.EVALUATING]
END_STATES = [state for state in ItemState if state not in OPEN_STATES]
ATTENTION_STATES = [
    ItemState.ENCRYPTED,
    ItemState.UNREADABLE,
    ItemState.UNSUPPORTED,
    ItemState.TOO_LARGE,
    ItemState.FAILED,
]


class UploadItem(Leased):
    """One uploaded file in the ledger, and its state. Preparing it is leased work."""

    noun, job_path = "file", "job"  # see jobs.access

    batch = models.ForeignKey(UploadBatch, models.CASCADE, related_name="items", db_index=False)
    job = models.ForeignKey(
        Job,
        models.CASCADE,
        related_name="items",
        db_index=False,
        help_text="The batch's job, copied for the constraint.",
    )
    name = models.CharField(max_length=255, help_text="The file's name without folders.")
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    resume = models.ForeignKey(Resume, models.SET_NULL, null=True, related_name="items")
    application = models.ForeignKey("Application", models.SET_NULL, null=True, related_name="items")
    state = models.CharField(max_length=11, choices=ItemState.choices, default=ItemState.RECEIVED)
    reason = models.CharField(max_length=500, blank=True)
    failed_in_model = models.BooleanField(
        default=False, help_text="It failed in the model, not while it was opened."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["state", "id"]),
            # These serve the foreign keys of batch and job too. With an index on job alone, a planner may
            # use that to count the job's ledger, without the state.
            models.Index(fields=["job", "state", "id"]),
            models.Index(fields=["batch", "state"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="upload_item_bytes_once_per_job",
                fields=["job", "sha256"],
                condition=Q(state__in=[*OPEN_STATES, ItemState.EVALUATED, ItemState.INVALID]),
            ),
            models.CheckConstraint(
                name="upload_item_ended_has_time",
                condition=Q(state__in=OPEN_STATES, ended_at__isnull=True)
                | Q(state__in=END_STATES, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="upload_item_end_has_reason",
                condition=~Q(state__in=[*ATTENTION_STATES, ItemState.DUPLICATE]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"
