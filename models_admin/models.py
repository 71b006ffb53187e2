"""The registry of models, the workers that run them, the swaps between them, and the audit trail."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from models_admin import engine_args, thresholds
from models_admin.engine_args import WrongArguments
from models_admin.thresholds import WrongThresholds

HEARTBEAT_S = 2
LIVE_WITHIN_S = 10  # five heartbeats: a worker that is busy loading still beats


class Mode(models.TextChoices):
    """How a résumé is read."""

    ONE_SHOT = "one_shot", "One-Shot"  # one model sees the document and answers
    HYBRID = "hybrid", "Hybrid"  # a parser transcribes, a text model decides


class SleepLevel(models.IntegerChoices):
    """What sleeping does to an engine's weights; 1 and 2 are vLLM's own levels."""

    UNLOAD = 0, "Unloaded: loads from disk next time"
    HOST = 1, "Kept in host memory: wakes quickest"
    DISCARD = 2, "Dropped, engine kept: reads the weights again"


class ModelConfigQuerySet(models.QuerySet["ModelConfig"]):
    def enabled(self) -> "ModelConfigQuerySet":
        return self.filter(enabled=True)


class ModelConfig(models.Model):
    """A model that operators may put to work: what it is, and how its engine is started."""

    class Type(models.TextChoices):
        MULTIMODAL = "multimodal", "Multimodal (reads page images)"
        VISION_OCR = "vision_ocr", "Parser (transcribes page images)"
        TEXT_REASONING = "text_reasoning", "Text (decides on a transcript)"
        RULES = "rules", "Keyword rules (no model)"

    class Provider(models.TextChoices):
        VLLM = "vllm", "vLLM on this machine"
        OPENAI = "openai", "OpenAI-compatible endpoint"
        RULES = "rules", "Keyword rules"

    MODES_OF_TYPE: dict[str, set[Mode]] = {
        Type.MULTIMODAL: {Mode.ONE_SHOT, Mode.HYBRID},
        Type.VISION_OCR: {Mode.HYBRID},
        Type.TEXT_REASONING: {Mode.HYBRID},
        Type.RULES: {Mode.ONE_SHOT},
    }

    name = models.CharField(
        max_length=200,
        unique=True,
        validators=[
            RegexValidator(r"^[\w.\-]+(/[\w.\-]+)*$", "Use a repository id such as Qwen/Qwen2.5-Omni-7B.")
        ],
        help_text="The repository id of the weights, e.g. Qwen/Qwen2.5-Omni-7B.",
    )
    display_name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    type = models.CharField(max_length=20, choices=Type.choices)
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.VLLM)
    inference_modes = models.JSONField(default=list, help_text='A list of modes: "one_shot", "hybrid".')
    enabled = models.BooleanField(default=True, help_text="Disabled models are kept but never offered.")
    is_default = models.BooleanField(
        default=False, help_text="What a worker without a selection starts with."
    )

    revision = models.CharField(
        max_length=100, blank=True, help_text="Commit or tag of the weights; empty = newest."
    )
    gpu_memory_utilization = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01), MaxValueValidator(1.0)],
        help_text="The most of the GPU's memory that the engine may take, 0.01 to 1.",
    )
    max_model_len = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(256)], help_text="Context length in tokens."
    )
    max_tokens = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(16)], help_text="Longest answer in tokens."
    )
    temperature = models.FloatField(default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(2.0)])
    top_p = models.FloatField(default=1.0, validators=[MinValueValidator(0.01), MaxValueValidator(1.0)])
    repetition_penalty = models.FloatField(
        default=1.0, validators=[MinValueValidator(0.5), MaxValueValidator(2.0)]
    )
    tensor_parallel_size = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    trust_remote_code = models.BooleanField(
        default=False, help_text="Runs Python from the weights' repository."
    )
    engine_args: Any = models.JSONField(
        default=dict,
        blank=True,
        help_text='More arguments for vLLM, by their names there, e.g. {"max_num_seqs": 32}.',
    )
    thinking_tokens = models.PositiveIntegerField(
        default=0, help_text="Tokens a thinking model may think for."
    )
    reasoning_parser = models.CharField(max_length=50, blank=True)
    base_url = models.URLField(blank=True, help_text="Endpoint of an OpenAI-compatible server.")
    api_key_env = models.CharField(
        max_length=100, blank=True, help_text="Environment variable that holds its key."
    )
    rules = models.JSONField(default=dict, blank=True, help_text="Thresholds of a rules entry.")

    sleep_level = models.PositiveSmallIntegerField(
        choices=SleepLevel.choices,
        default=SleepLevel.HOST,
        help_text="Where its weights go when another model needs the GPU.",
    )
    pin = models.BooleanField(default=False, help_text="Never sent off the GPU to make room.")
    preload = models.BooleanField(
        default=False, help_text="Made ready when the worker starts, as far as memory goes."
    )
    idle_ttl_s = models.PositiveIntegerField(
        null=True, blank=True, help_text="Unloaded after so many seconds without work, unless it serves."
    )

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ModelConfigQuerySet.as_manager()

    class Meta:
        ordering = ["display_name"]
        verbose_name = "model"
        permissions = [("swap_model", "Can swap the active model")]
        constraints = [
            models.CheckConstraint(
                name="model_config_type_known",
                condition=Q(type__in=["multimodal", "vision_ocr", "text_reasoning", "rules"]),
            ),
            models.CheckConstraint(
                name="model_config_rules_are_rules",
                condition=Q(type="rules", provider="rules")
                | (~Q(type="rules") & Q(provider__in=["vllm", "openai"])),
            ),
            models.UniqueConstraint(
                name="model_config_one_default", fields=["is_default"], condition=Q(is_default=True)
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def clean(self) -> None:
        self.rules = {} if self.rules is None else self.rules  # what an emptied field of the admin gives
        self.engine_args = {} if self.engine_args is None else self.engine_args
        if misfits := self.misfits():
            raise ValidationError(misfits)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """A second default is no error: `registry.save` takes the mark from the first."""
        super().validate_constraints(exclude={*(exclude or ()), "is_default"})

    def misfits(self) -> dict[str, str]:
        """What does not go together here, by field, each with a sentence that says what would."""
        found = {}
        allowed = [mode.value for mode in Mode if mode in self.MODES_OF_TYPE.get(self.type, ())]
        modes = self.inference_modes
        if not isinstance(modes, list) or not modes or any(mode not in allowed for mode in modes):
            names = ", ".join(f'"{mode}"' for mode in allowed)
            found["inference_modes"] = f"A model of the type {self.type} takes a list of: {names}."
        if (self.type == self.Type.RULES) != (self.provider == self.Provider.RULES):
            found["provider"] = "Rules, and only rules, have the provider rules; others have vllm or openai."
        if self.provider == self.Provider.OPENAI and not self.base_url:
            found["base_url"] = "The provider openai needs the address of its endpoint."
        if self.is_default and self.type == self.Type.VISION_OCR:
            found["is_default"] = "A parser decides nothing, so it cannot be what a worker starts with."
        if why := self._wrong_rules():
            found["rules"] = why
        if why := self._wrong_engine_args():
            found["engine_args"] = why
        return found

    def _wrong_rules(self) -> str:
        if self.type != self.Type.RULES:
            return "Only entries of the type rules have thresholds." if self.rules else ""
        try:
            thresholds.read(self.rules)
        except WrongThresholds as wrong:
            return f"{wrong}."
        return ""

    def _wrong_engine_args(self) -> str:
        if self.provider != self.Provider.VLLM:
            return "Only models of the provider vllm have engine arguments." if self.engine_args else ""
        try:
            engine_args.read(self.engine_args)
        except WrongArguments as wrong:
            return f"{wrong}."
        return ""


class GpuWorkerQuerySet(models.QuerySet["GpuWorker"]):
    def live(self) -> "GpuWorkerQuerySet":
        """The workers that beat lately and did not say goodbye, in order of name."""
        since = timezone.now() - timedelta(seconds=LIVE_WITHIN_S)
        return self.filter(heartbeat_at__gte=since).exclude(status=GpuWorker.Status.STOPPED).order_by("name")


class GpuWorker(models.Model):
    """A worker process, what it can run, and the selection it serves.

    `runnable` maps the id of every enabled ModelConfig (as text, JSON has no other keys) to "" or to the
    sentence why it cannot run there. `residency` maps ids to "gpu" or "host"; what is absent is on disk.
    `memory` is {"gpu_budget_gib", "gpu_held_gib", "host_budget_gib", "host_held_gib", "engines": {id:
    {"gpu_gib", "host_gib"}}}, as measured; on a machine without a GPU "gpu" means awake, in host memory too.
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
        help_text="Start of the process, seconds since the epoch: pids are used again."
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

    serving_since = models.DateTimeField(null=True, help_text="What was edited later is not what serves.")

    runnable = models.JSONField(default=dict)
    residency = models.JSONField(default=dict)
    memory: Any = models.JSONField(default=dict)

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


class Phase(models.TextChoices):
    """Where a swap stands; `gpu_worker.swapper` holds the transitions."""

    QUEUED = "queued", "waiting"  # the worker has not taken it yet
    PREPARING = "preparing", "preparing"  # weights on their way to this machine
    DRAINING = "draining", "finishing what is in hand"
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
    cold = models.BooleanField(
        default=False, help_text="Something of it had to be loaded from disk, or fetched first."
    )
    progress = models.FloatField(default=0.0, help_text="0 to 1.")
    eta_seconds = models.FloatField(
        null=True, help_text="Expected seconds from start to ready, from history."
    )
    reason = models.CharField(max_length=500, blank=True)
    phase_seconds = models.JSONField(default=dict, help_text="Seconds spent in every phase that has ended.")
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
        """When the worker took it up; None while it waits."""
        waited_s = self.phase_seconds.get(Phase.QUEUED)
        return None if waited_s is None else self.requested_at + timedelta(seconds=waited_s)


class EngineRecord(models.Model):
    """What was measured of an engine, and how it answered its canary, the first time it ran like this.

    `fingerprint` tells apart what may answer or weigh differently: weights, versions, device, arguments.
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


class AuditEvent(models.Model):
    """Who did what to which row, and when. Holds ids, never personal data; never changed, never deleted."""

    at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=50)
    subject = models.CharField(max_length=50, help_text="Kind of the row, e.g. candidates.application.")
    subject_id = models.BigIntegerField(null=True)
    details: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id}"
