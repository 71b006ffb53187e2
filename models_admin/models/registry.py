"""The registry: the models, and how their engines are started."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from models_admin.models import engine_args, thresholds
from models_admin.models.engine_args import WrongArguments
from models_admin.models.thresholds import WrongThresholds


class Mode(models.TextChoices):
    """How a model or pair evaluates a résumé."""

    ONE_SHOT = "one_shot", "One-Shot"  # one model sees the document and gives the verdict
    HYBRID = "hybrid", "Hybrid"  # a parser transcribes, a text model gives the verdict


class SleepLevel(models.IntegerChoices):
    """What sleeping does to an engine's weights; 1 and 2 are vLLM's own levels."""

    UNLOAD = 0, "Unloaded: loads from disk next time"
    HOST = 1, "Kept in host memory: wakes quickest"
    DISCARD = 2, "Weights dropped, engine kept: reads the weights again"


class ModelConfigQuerySet(models.QuerySet["ModelConfig"]):
    def enabled(self) -> "ModelConfigQuerySet":
        return self.filter(enabled=True)


class ModelConfig(models.Model):
    """A model that operators can use: what it is, and how its engine is started."""

    class Type(models.TextChoices):
        MULTIMODAL = "multimodal", "Multimodal (reads page images)"
        VISION_OCR = "vision_ocr", "Parser (transcribes page images)"
        TEXT_REASONING = "text_reasoning", "Text (judges a transcript)"
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
            RegexValidator(
                r"^(?!\.{1,2}(/|$))[\w.\-]+(/(?!\.{1,2}(/|$))[\w.\-]+)*$",
                "Use a repository id such as Qwen/Qwen2.5-Omni-7B, or a folder under WFC_MODELS_DIR.",
            )
        ],
        help_text="A folder under WFC_MODELS_DIR, or a repository id of the Hugging Face hub, "
        "e.g. Qwen/Qwen2.5-Omni-7B.",
    )
    display_name = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)
    type = models.CharField(max_length=20, choices=Type.choices)
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.VLLM)
    inference_modes = models.JSONField(default=list, help_text='A list of modes: "one_shot", "hybrid".')
    enabled = models.BooleanField(default=True, help_text="Disabled models are kept but never offered.")
    is_default = models.BooleanField(
        default=False, help_text="A worker without a selection starts with this model."
    )

    revision = models.CharField(
        max_length=100, blank=True, help_text="Commit or tag of the weights; empty = newest."
    )
    gpu_memory_utilization = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.01), MaxValueValidator(1.0)],
        help_text="Largest share of GPU memory that the engine may use, 0.01 to 1.",
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
        help_text='More vLLM arguments, by their vLLM names, e.g. {"max_num_seqs": 32}.',
    )
    thinking_tokens = models.PositiveIntegerField(
        default=0, help_text="Tokens that a thinking model may spend on thinking."
    )
    reasoning_parser = models.CharField(max_length=50, blank=True)
    base_url = models.URLField(blank=True, help_text="Endpoint of an OpenAI-compatible server.")
    api_key_env = models.CharField(
        max_length=100, blank=True, help_text="Environment variable that holds its API key."
    )
    rules = models.JSONField(default=dict, blank=True, help_text="Thresholds of a rules entry.")

    sleep_level = models.PositiveSmallIntegerField(
        choices=SleepLevel.choices,
        default=SleepLevel.HOST,
        help_text="Where its weights go when another model needs the GPU.",
    )
    pin = models.BooleanField(default=False, help_text="Never moved off the GPU to make room.")
    preload = models.BooleanField(default=False, help_text="Loaded when the worker starts, if memory allows.")
    idle_ttl_s = models.PositiveIntegerField(
        null=True, blank=True, help_text="Unloaded after this many seconds without work, unless it is active."
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
        self.rules = {} if self.rules is None else self.rules  # an emptied field of the admin gives None
        self.engine_args = {} if self.engine_args is None else self.engine_args
        if misfits := self.misfits():
            raise ValidationError(misfits)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Allow a second default: `yaml_file.save_model` unmarks the first."""
        super().validate_constraints(exclude={*(exclude or ()), "is_default"})

    def misfits(self) -> dict[str, str]:
        """Return fields whose values do not go together, each with a sentence that says what would."""
        found = {}
        allowed = [mode.value for mode in Mode if mode in self.MODES_OF_TYPE.get(self.type, ())]
        modes = self.inference_modes
        if not isinstance(modes, list) or not modes or any(mode not in allowed for mode in modes):
            names = ", ".join(f'"{mode}"' for mode in allowed)
            found["inference_modes"] = f"A model of the type {self.type} takes a list of: {names}."
        if (self.type == self.Type.RULES) != (self.provider == self.Provider.RULES):
            found["provider"] = (
                "The type rules, and no other, has the provider rules; others have vllm or openai."
            )
        if self.provider == self.Provider.OPENAI and not self.base_url:
            found["base_url"] = "The provider openai needs the address of its endpoint."
        if self.is_default and self.type == self.Type.VISION_OCR:
            found["is_default"] = "A parser gives no verdict, so it cannot be the default."
        if why := self._wrong_rules():
            found["rules"] = why
        if why := self._wrong_engine_args():
            found["engine_args"] = why
        return found

    def _wrong_rules(self) -> str:
        if self.type != self.Type.RULES:
            return "Only entries of the type rules have thresholds." if self.rules else ""
        try:
            thresholds.read_thresholds(self.rules)
        except WrongThresholds as wrong:
            return f"{wrong}."
        return ""

    def _wrong_engine_args(self) -> str:
        if self.provider != self.Provider.VLLM:
            return "Only models of the provider vllm have engine arguments." if self.engine_args else ""
        try:
            engine_args.read_engine_args(self.engine_args)
        except WrongArguments as wrong:
            return f"{wrong}."
        return ""
