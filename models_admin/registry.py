"""The registry file: read with precise errors, written into rows once, edited in the admin from then on."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError as InvalidRow
from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models_admin import audit, messages
from models_admin.messages import Message, Report
from models_admin.models import ModelConfig
from models_admin.publishing import publish


class RegistryError(Exception):
    """The file cannot be read as a registry; `problems` has a line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Entry(BaseModel):
    """One model in the file. Fields and meanings are those of `ModelConfig`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    display_name: str = Field(min_length=1, max_length=100)
    description: str = Field("", max_length=300)
    type: Literal["multimodal", "vision_ocr", "text_reasoning", "rules"]
    provider: Literal["vllm", "openai", "rules"] | None = None
    inference_modes: list[Literal["one_shot", "hybrid"]] = Field(min_length=1)
    enabled: bool = True
    revision: str = Field("", max_length=100)
    gpu_memory_utilization: float | None = Field(None, ge=0.01, le=1.0)
    max_model_len: int | None = Field(None, ge=256)
    max_tokens: int | None = Field(None, ge=16)
    temperature: float = Field(0.0, ge=0.0, le=2.0)
    top_p: float = Field(1.0, ge=0.01, le=1.0)
    repetition_penalty: float = Field(1.0, ge=0.5, le=2.0)
    tensor_parallel_size: int = Field(1, ge=1)
    trust_remote_code: bool = False
    thinking_tokens: int = Field(0, ge=0)
    reasoning_parser: str = Field("", max_length=50)
    base_url: str = ""
    api_key_env: str = ""
    rules: dict[str, Any] = {}
    pin: bool = False
    preload: bool = False
    idle_ttl_s: int | None = Field(None, ge=1)


class Registry(BaseModel):
    """The whole file: `models` by name, and the name of the default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    default_model: str | None = None
    models: dict[str, Entry] = Field(min_length=1)

    def row(self, name: str) -> ModelConfig:
        """A row for `name` that is not saved yet."""
        entry = self.models[name]
        values = entry.model_dump() | {"name": name, "is_default": name == self.default_model}
        values["provider"] = entry.provider or ("rules" if entry.type == "rules" else "vllm")
        return ModelConfig(**values)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Names by what became of them."""

    created: list[str]
    updated: list[str]
    kept: list[str]  # there before: what the admin says wins


class _NoDoubles(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands here a second time", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read(path: Path) -> Registry:
    """Return what the file at `path` says. Raises RegistryError naming file, model, field and what is allowed."""
    try:
        said = yaml.load(path.read_text(encoding="utf-8"), Loader=_NoDoubles)  # noqa: S506  # a SafeLoader
    except OSError as error:
        raise RegistryError([f"{path.name}: cannot be read: {error.strerror}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RegistryError([f"{path.name}: not YAML: {error}"]) from error
    try:
        registry = Registry.model_validate(said)
    except ValidationError as error:
        raise RegistryError([_line(path, problem) for problem in error.errors()]) from error
    if problems := _problems(path, registry):
        raise RegistryError(problems)
    return registry


def _line(path: Path, problem: Any) -> str:
    place = [str(step) for step in problem["loc"] if step not in ("models",)]
    if problem["type"] == "extra_forbidden":
        fields = Entry.model_fields if len(place) > 1 else Registry.model_fields
        return f"{path.name}: {': '.join(place)}: unknown; allowed are {', '.join(fields)}"
    got = "" if problem["type"] == "missing" else f", not {problem['input']!r}"
    message = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{path.name}: {': '.join(place)}: {message}{got[:200]}"


def _problems(path: Path, registry: Registry) -> list[str]:
    problems = []
    if registry.default_model is not None and registry.default_model not in registry.models:
        problems.append(f"{path.name}: default_model: {registry.default_model!r} is not among the models")
    for name in registry.models:
        row = registry.row(name)
        found = row.misfits()
        try:
            row.clean_fields()
        except InvalidRow as error:
            found = {field: " ".join(texts) for field, texts in error.message_dict.items()} | found
        problems += [f"{path.name}: {name}: {field}: {text}" for field, text in found.items()]
    return problems


def load(path: Path, *, overwrite: bool = False, actor: User | None = None) -> Loaded:
    """Write the file's models into the registry. Rows that exist are kept, unless `overwrite`.

    Raises RegistryError, having written nothing.
    """
    registry = read(path)
    created: list[str] = []
    updated: list[str] = []
    kept: list[str] = []
    with transaction.atomic():
        present = {row.name: row for row in ModelConfig.objects.select_for_update()}
        has_default = any(row.is_default for row in present.values())
        if overwrite and registry.default_model:
            ModelConfig.objects.filter(is_default=True).update(is_default=False)
            has_default = False
        for name in registry.models:
            row = registry.row(name)
            row.is_default &= not has_default
            if name in present:
                if not overwrite:
                    kept.append(name)
                    continue
                row.pk, row.created_at = present[name].pk, present[name].created_at
                row._state.adding = False
            (updated if name in present else created).append(name)
            row.save()
            audit.record("registry.import", row, actor)
            publish(messages.MODELS, Message(type=Report.REGISTRY_CHANGED, id=row.pk))
    return Loaded(created=created, updated=updated, kept=kept)


def dump() -> str:
    """The registry as YAML, in the form that `read` takes; fields at their defaults are left out."""
    rows = ModelConfig.objects.order_by("name")
    default = next((row.name for row in rows if row.is_default), None)
    models = {row.name: _said(row) for row in rows}
    return yaml.safe_dump(
        {"default_model": default, "models": models}, sort_keys=False, allow_unicode=True, width=100
    )


def _said(row: ModelConfig) -> dict[str, Any]:
    values = {field: getattr(row, field) for field in Entry.model_fields}
    defaults = {field: info.get_default() for field, info in Entry.model_fields.items()}
    natural = "rules" if row.type == ModelConfig.Type.RULES else "vllm"
    if values["provider"] == natural:
        values["provider"] = None
    return {field: value for field, value in values.items() if value != defaults[field]}
