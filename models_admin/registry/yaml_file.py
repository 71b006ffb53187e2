"""The registry file: import with precise errors, and export. After the import the admin edits the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError as InvalidRow
from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from models_admin.kit import audit, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish
from models_admin.models import ModelConfig
from models_admin.registry import yaml_reader


class RegistryError(Exception):
    """The file is not a valid registry; `problems` has one line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Entry(BaseModel):
    """One model in the file, with the fields of `ModelConfig`."""

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
    engine_args: dict[str, Any] = {}
    sleep_level: Literal[0, 1, 2] = 1
    pin: bool = False
    preload: bool = False
    idle_ttl_s: int | None = Field(None, ge=1)


class Registry(BaseModel):
    """The whole file: `models` by name, and the name of the default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    default_model: str | None = None
    models: dict[str, Entry] = Field(min_length=1)

    def row(self, name: str, *, is_default: bool) -> ModelConfig:
        """Return an unsaved row for `name`."""
        entry = self.models[name]
        values = entry.model_dump() | {"name": name, "is_default": is_default}
        values["provider"] = entry.provider or ("rules" if entry.type == "rules" else "vllm")
        return ModelConfig(**values)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Names of models, by what was done with them."""

    created: list[str]
    updated: list[str]
    kept: list[str]  # in the registry before; the admin's values win


def read_registry(path: Path) -> Registry:
    """Read the registry file at `path`. Raises RegistryError."""
    try:
        return parse_registry(path.read_bytes(), path.name)
    except OSError as error:
        raise RegistryError([f"{path.name}: cannot be read: {error.strerror}"]) from error


def parse_registry(content: bytes, file: str) -> Registry:
    """Parse a registry file; `file` is its name in messages.

    Raises RegistryError: for each problem, the file, the model, the field and what is allowed.
    """
    try:
        said = yaml_reader.parse_yaml(content.decode())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RegistryError([f"{file}: {_where(error)}not YAML: {_what(error)}"]) from error
    try:
        registry = Registry.model_validate(said)
    except ValidationError as error:
        raise RegistryError([_line(file, problem) for problem in error.errors()]) from error
    if problems := _problems(file, registry):
        raise RegistryError(problems)
    return registry


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _what(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error)


def _line(file: str, problem: ErrorDetails) -> str:
    steps = [str(step) for step in problem["loc"]]
    place = steps[1:] if len(steps) > 1 else steps  # a model's name comes without "models" before it
    return ": ".join([file, *place, _words(problem, of_model=len(steps) > 1)])


def _words(problem: ErrorDetails, *, of_model: bool) -> str:
    fields = Entry.model_fields if of_model else Registry.model_fields
    match problem["type"]:
        case "extra_forbidden":
            return f"unknown; allowed are {', '.join(fields)}"
        case "missing":
            return "field required"
        case "model_type" | "dict_type":
            return f"takes lines of the form “name: value” below it, not {_got(problem)}"
    return f"{problem['msg'][0].lower()}{problem['msg'][1:]}, not {_got(problem)}"


def _got(problem: ErrorDetails) -> str:
    return "nothing" if problem["input"] is None else repr(problem["input"])[:100]


def _problems(file: str, registry: Registry) -> list[str]:
    problems = []
    if registry.default_model is not None and registry.default_model not in registry.models:
        problems.append(f"{file}: default_model: {registry.default_model!r} is not among the models")
    for name in registry.models:
        row = registry.row(name, is_default=name == registry.default_model)
        found = row.misfits()
        try:
            row.clean_fields()
        except InvalidRow as error:
            found = {field: " ".join(texts) for field, texts in error.message_dict.items()} | found
        if "is_default" in found:
            problems.append(f"{file}: default_model: {found.pop('is_default')}")
        problems += [f"{file}: {name}: {field}: {text}" for field, text in found.items()]
    return problems


def load_registry(path: Path, *, overwrite: bool = False, actor: User | None = None) -> Loaded:
    """Write the models of the file at `path` as rows. Raises RegistryError; then nothing is written."""
    return add_models(read_registry(path), overwrite=overwrite, actor=actor)


def add_models(registry: Registry, *, overwrite: bool = False, actor: User | None = None) -> Loaded:
    """Write the models of `registry` as rows. Existing rows are kept, unless `overwrite`.

    Its default becomes the default if there is none yet, or with `overwrite`. Only a superuser decides whose
    code is trusted: raises RegistryError if anybody else would; then nothing is written.
    """
    created: list[str] = []
    updated: list[str] = []
    kept: list[str] = []
    with transaction.atomic():
        present = {row.name: row for row in ModelConfig.objects.select_for_update()}
        if actor is not None and not actor.is_superuser:
            _refuse_trust(registry, present, overwrite=overwrite)
        default = next((name for name, row in present.items() if row.is_default), None)
        if default is None or (overwrite and registry.default_model):
            default = registry.default_model
        for name in registry.models:
            row = registry.row(name, is_default=name == default)
            if name not in present:
                created.append(name)
            elif overwrite:
                row.pk, row.created_at = present[name].pk, present[name].created_at
                row._state.adding = False
                updated.append(name)
            else:
                kept.append(name)
                continue
            save_model(row, actor, "registry.import")
    return Loaded(created=created, updated=updated, kept=kept)


def _refuse_trust(registry: Registry, present: Mapping[str, ModelConfig], *, overwrite: bool) -> None:
    """Raise RegistryError for entries that would run outside code that no superuser has trusted."""
    problems = []
    for name, entry in registry.models.items():
        known = present.get(name)
        same = known is not None and known.trust_remote_code and known.revision == entry.revision
        if entry.trust_remote_code and not same and (known is None or overwrite):
            problems.append(f"{name}: trust_remote_code: only a superuser may trust code from outside")
    if problems:
        raise RegistryError(problems)


def save_model(row: ModelConfig, actor: User | None, action: str, **details: Any) -> None:
    """Save a row, audit it as `action` and notify the pages; a new default replaces the old one."""
    with transaction.atomic():
        if row.is_default:
            ModelConfig.objects.filter(is_default=True).exclude(pk=row.pk).update(is_default=False)
        row.save()
        audit.record(action, row, actor, **details)
        publish(messages.MODELS, Message(type=Report.REGISTRY_CHANGED, id=row.pk))


def delete_model(row: ModelConfig, actor: User | None) -> None:
    """Delete a row. Raises Django's ProtectedError if a swap or an evaluation names it."""
    with transaction.atomic():
        audit.record("registry.delete", row, actor, name=row.name)
        publish(messages.MODELS, Message(type=Report.REGISTRY_CHANGED, id=row.pk))
        row.delete()


def export_registry(actor: User) -> str:
    """Return the registry as YAML, and audit the export."""
    audit.record_all("registry.export", ModelConfig, actor, count=ModelConfig.objects.count())
    return dump_registry()


def dump_registry() -> str:
    """Return the registry as YAML that `read_registry` takes; fields at their defaults are left out."""
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
