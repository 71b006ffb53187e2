"""Swaps: wishes for a model, and how they went."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from models_admin.models.registry import Mode, ModelConfig
from models_admin.models.workers import GpuWorker


class Phase(models.TextChoices):
    """The phase of a swap; `gpu_worker.core.swapper` holds the transitions."""

    QUEUED = "queued", "waiting"  # the worker has not taken it yet
    PREPARING = "preparing", "preparing"  # weights are being downloaded
    DRAINING = "draining", "finishing work in hand"
    MAKING_ROOM = "making_room", "making room"
    LOADING = "loading", "loading"  # disk to GPU
    WAKING = "waking", "waking"  # host memory to GPU
    CHECKING = "checking", "checking"  # warm-up and canary
    ROLLING_BACK = "rolling_back", "bringing the previous model back"
    READY = "ready", "ready"
    ROLLED_BACK = "rolled_back", "rolled back"  # the previous model serves again
    FAILED = "failed", "failed"  # nothing serves
    SUPERSEDED = "superseded", "superseded"  # a newer wish took its place
    INTERRUPTED = "interrupted", "interrupted"  # the worker died


ENDED_PHASES = [Phase.READY, Phase.ROLLED_BACK, Phase.FAILED, Phase.SUPERSEDED, Phase.INTERRUPTED]
RUNNING_PHASES = [phase for phase in Phase if phase not in ENDED_PHASES and phase is not Phase.QUEUED]


class Swap(models.Model):
    """One wish to make a model (or pair) the active one on one worker, and how it went."""

    wish_id = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    worker = models.ForeignKey(GpuWorker, models.CASCADE, related_name="swaps")
    mode = models.CharField(max_length=10, choices=Mode.choices)
    model_config = models.ForeignKey(ModelConfig, models.PROTECT, related_name="swaps")
    parser = models.ForeignKey(ModelConfig, models.PROTECT, null=True, blank=True, related_name="+")
    previous_mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    previous_model_config = models.ForeignKey(
        ModelConfig, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    previous_parser = models.ForeignKey(ModelConfig, models.SET_NULL, null=True, blank=True, related_name="+")

    phase = models.CharField(max_length=12, choices=Phase.choices, default=Phase.QUEUED)
    cold = models.BooleanField(default=False, help_text="Something had to be loaded from disk or downloaded.")
    progress = models.FloatField(default=0.0, help_text="0 to 1.")
    eta_seconds = models.FloatField(
        null=True, help_text="Expected seconds from start to ready, from history."
    )
    reason = models.CharField(max_length=500, blank=True)
    phase_seconds = models.JSONField(default=dict, help_text="Seconds of each phase that has ended.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    phase_since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["-ended_at"], name="swap_by_end")]
        constraints = [
            models.UniqueConstraint(
                name="swap_one_waits_per_worker", fields=["worker"], condition=Q(phase=Phase.QUEUED)
            ),
            models.UniqueConstraint(
                name="swap_one_runs_per_worker", fields=["worker"], condition=Q(phase__in=RUNNING_PHASES)
            ),
            models.CheckConstraint(
                name="swap_ended_has_time",
                condition=Q(phase__in=ENDED_PHASES, ended_at__isnull=False)
                | Q(phase__in=[Phase.QUEUED, *RUNNING_PHASES], ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"swap {self.pk} to {self.model_config_id} ({self.phase})"

    @property
    def began_at(self) -> datetime | None:
        """When the worker started it; None while it waits."""
        waited_s = self.phase_seconds.get(Phase.QUEUED)
        return None if waited_s is None else self.requested_at + timedelta(seconds=waited_s)
