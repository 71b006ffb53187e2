"""Engine records, and trials of models that stay inactive."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from models_admin.models.registry import ModelConfig
from models_admin.models.workers import GpuWorker


class EngineRecord(models.Model):
    """What was measured of an engine, and its canary answer, when it first ran with this fingerprint.

    `fingerprint` covers all that may change answers or sizes: weights, versions, device, arguments.
    """

    model_config = models.ForeignKey(ModelConfig, models.CASCADE, related_name="records")
    fingerprint = models.CharField(max_length=64)
    gpu_gib = models.FloatField(help_text="On the GPU while awake.")
    asleep_gpu_gib = models.FloatField(default=0.0, help_text="Still on the GPU while asleep.")
    host_gib = models.FloatField(default=0.0, help_text="In host memory while asleep.")
    kv_cache_bytes = models.BigIntegerField(null=True)
    canary: Any = models.JSONField(default=dict, help_text="Tokens and their log-probabilities.")
    measured_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="engine_record_once", fields=["model_config", "fingerprint"])
        ]

    def __str__(self) -> str:
        return f"{self.model_config_id} {self.fingerprint}"


class Trial(models.Model):
    """A model that a person wants loaded and checked on a worker without making it active.

    With `keep` it is a preload: it stays loaded if memory allows; otherwise it is unloaded again.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "waiting"
        RUNNING = "running", "loading"
        PASSED = "passed", "passed"
        FAILED = "failed", "failed"  # `reason` says why

    worker = models.ForeignKey(GpuWorker, models.CASCADE, related_name="trials")
    model_config = models.ForeignKey(ModelConfig, models.CASCADE, related_name="trials")
    keep = models.BooleanField(default=False)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.QUEUED)
    reason = models.CharField(max_length=500, blank=True)
    seconds = models.FloatField(null=True, help_text="Seconds to load or wake it, and to check it.")
    gpu_gib = models.FloatField(null=True, help_text="On the GPU while awake.")
    host_gib = models.FloatField(null=True, help_text="In host memory while asleep.")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["model_config", "-id"])]
        constraints = [
            models.UniqueConstraint(
                name="trial_once_at_a_time",
                fields=["worker", "model_config"],
                condition=Q(status__in=["queued", "running"]),
            ),
            models.CheckConstraint(
                name="trial_ended_has_time",
                condition=Q(status__in=["queued", "running"], ended_at__isnull=True)
                | Q(status__in=["passed", "failed"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"trial {self.pk} of {self.model_config_id} ({self.status})"
