"""Evaluations: what models say of applications."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.models.applications import Application
from candidates.models.leases import Leased
from candidates.models.provenance import Traced
from candidates.models.screenings import Screening
from jobs.models import JobVersion
from models_admin.models import Mode, ModelConfig


class Outcome(models.TextChoices):
    """The verdict of a model."""

    SHORTLISTED = "Shortlisted"
    NEEDS_REVIEW = "Needs Review"
    REJECTED = "Rejected"
    INVALID = "Invalid"  # not a résumé


class EvaluationStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATUSES = [EvaluationStatus.QUEUED, EvaluationStatus.RUNNING]


class Evaluation(Leased, Traced):
    """One model's run over one application. Never overwritten: a new run is a new row.

    An unpinned evaluation takes the selection of the worker that claims it; a pinned one waits for its own
    option. `criteria` is [{"key", "verdict", "quote", "page"}]; `answer` is the whole answer after checks,
    `raw` is what the model said.
    """

    noun, job_path = "evaluation", "application__job"  # see jobs.access

    application = models.ForeignKey(Application, models.CASCADE, related_name="evaluations")
    job_version = models.ForeignKey(JobVersion, models.PROTECT, related_name="+")
    pinned = models.BooleanField(default=False)
    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    model_config = models.ForeignKey(
        ModelConfig, models.PROTECT, null=True, related_name="evaluations", db_index=False
    )
    parser = models.ForeignKey(ModelConfig, models.PROTECT, null=True, related_name="+")
    transcript = models.ForeignKey("Transcript", models.SET_NULL, null=True, related_name="evaluations")
    status = models.CharField(max_length=9, choices=EvaluationStatus.choices, default=EvaluationStatus.QUEUED)
    alone = models.BooleanField(
        default=False,
        help_text="Runs alone: an engine died while it was running, or it repeats another.",
    )
    reproduces = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        related_name="reproductions",
        help_text="The evaluation that it repeats.",
    )
    screening = models.ForeignKey(
        Screening, models.SET_NULL, null=True, db_index=False, related_name="evaluations"
    )

    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    criteria = models.JSONField(default=list)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    error = models.CharField(max_length=500, blank=True)

    answer = models.TextField(blank=True)
    model_revision = models.CharField(max_length=100, blank=True)
    engine_version = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    sealed = False  # in memory only: the verdict is hidden, see candidates.blind.veil

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["status", "id"]),
            models.Index(
                name="evaluation_of_screening",
                fields=["screening", "status"],
                condition=Q(screening__isnull=False),
            ),
            # Serves the foreign key as well. It has no condition on status: SQLite would not use it then.
            models.Index(name="evaluation_newest_of_model", fields=["model_config", "status", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="evaluation_status_known", condition=Q(status__in=EvaluationStatus.values)
            ),
            models.CheckConstraint(
                name="evaluation_outcome_iff_succeeded",
                condition=Q(status="succeeded", outcome__in=Outcome.values)
                | (~Q(status="succeeded") & Q(outcome="")),
            ),
            models.CheckConstraint(
                name="evaluation_pinned_has_model",
                condition=Q(pinned=False) | (Q(model_config__isnull=False) & ~Q(mode="")),
            ),
            models.CheckConstraint(
                name="evaluation_reproduction_is_pinned", condition=Q(reproduces=None) | Q(pinned=True)
            ),
            models.CheckConstraint(
                name="evaluation_running_is_claimed",
                condition=~Q(status="running")
                | Q(lease_expires_at__isnull=False, model_config__isnull=False, started_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"evaluation {self.pk} ({self.status})"
