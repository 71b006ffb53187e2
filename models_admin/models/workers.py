"""The worker processes: what each can run, holds and serves."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from models_admin.models.registry import Mode, ModelConfig

HEARTBEAT_S = 2
LIVE_WITHIN_S = 10  # five heartbeats, which continue during loading


class GpuWorkerQuerySet(models.QuerySet["GpuWorker"]):
    def live(self) -> "GpuWorkerQuerySet":
        """Return the workers with a recent heartbeat that have not stopped, ordered by name."""
        since = timezone.now() - timedelta(seconds=LIVE_WITHIN_S)
        return self.filter(heartbeat_at__gte=since).exclude(status=GpuWorker.Status.STOPPED).order_by("name")


class GpuWorker(models.Model):
    """A worker process, what it can run, and the selection it serves.

    `runnable` maps the id of every enabled ModelConfig (text, as JSON keys are) to "" or to the sentence why
    it cannot run there. `residency` maps ids to "gpu" or "host"; absent ids are on disk.
    `memory` is {"gpu_budget_gib", "gpu_held_gib", "host_budget_gib", "host_held_gib", "engines": {id:
    {"gpu_gib", "host_gib"}}}, as measured; on a machine without a GPU, "gpu" means awake in host memory.
    It also has "gpus", their count; "gpu_total_gib", of the smallest; "weights_gib" on its disk, by id.
    """

    class Status(models.TextChoices):
        STARTING = "starting", "starting"
        READY = "ready", "ready"
        SWAPPING = "swapping", "swapping"
        STOPPED = "stopped", "stopped"
        ERROR = "error", "error"  # nothing serves; `error` says why

    name = models.SlugField(unique=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    pid_started_at = models.FloatField(
        help_text="Start of the process, seconds since the epoch, because pids are reused."
    )
    device = models.CharField(max_length=100)
    health_port = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STARTING)
    error = models.CharField(max_length=500, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(default=timezone.now)

    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    model_config = models.ForeignKey(ModelConfig, models.PROTECT, null=True, blank=True, related_name="+")
    parser = models.ForeignKey(ModelConfig, models.PROTECT, null=True, blank=True, related_name="+")

    serving_since = models.DateTimeField(null=True, help_text="Later edits of the model are not active yet.")

    runnable = models.JSONField(default=dict)
    residency = models.JSONField(default=dict)
    memory: Any = models.JSONField(default=dict)
    waits = models.CharField(
        max_length=500, blank=True, help_text="What work waits for while the worker serves."
    )

    objects = GpuWorkerQuerySet.as_manager()

    class Meta:
        verbose_name = "GPU worker"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="gpu_worker_status_known",
                condition=Q(status__in=["starting", "ready", "swapping", "stopped", "error"]),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def serves(self, key: tuple[str, int | None, int | None], rows: Iterable[ModelConfig]) -> bool:
        """Whether the selection is `key` (mode, model, parser) and none of its `rows` was edited since."""
        since = self.serving_since
        selected = (self.mode, self.model_config_id, self.parser_id) == key
        return selected and since is not None and all(row.updated_at <= since for row in rows)

    @property
    def is_live(self) -> bool:
        beat = timezone.now() - self.heartbeat_at < timedelta(seconds=LIVE_WITHIN_S)
        return beat and self.status != self.Status.STOPPED
