"""Turn registry rows into engine specs, and find what to serve when nobody has chosen."""

from collections.abc import Collection, Sequence

from django.conf import settings

from gpu_worker import capability
from gpu_worker.core.scheduler import Selection
from gpu_worker.engines.protocol import EngineFailed, EngineSpec, Sampling, Stay
from models_admin.models import GpuWorker, Mode, ModelConfig


def spec_of(row: ModelConfig) -> EngineSpec:
    return EngineSpec(
        id=row.pk,
        name=row.name,
        provider=row.provider,
        revision=row.revision,
        sees_pages=row.type in (ModelConfig.Type.MULTIMODAL, ModelConfig.Type.VISION_OCR),
        gpu_memory_utilization=row.gpu_memory_utilization,
        max_model_len=row.max_model_len,
        tensor_parallel_size=row.tensor_parallel_size,
        trust_remote_code=row.trust_remote_code,
        reasoning_parser=row.reasoning_parser,
        engine_args=row.engine_args,
        rules=row.rules,
        sampling=Sampling(
            temperature=row.temperature,
            top_p=row.top_p,
            repetition_penalty=row.repetition_penalty,
            max_tokens=row.max_tokens,
            thinking_tokens=row.thinking_tokens,
        ),
        stay=Stay(sleep_level=row.sleep_level, pinned=row.pin, idle_ttl_s=row.idle_ttl_s),
    )


def specs(ids: Collection[int]) -> tuple[EngineSpec, ...]:
    """Return the engines of `ids`, in that order, as the registry describes them now. Raises EngineFailed."""
    return tuple(spec_of(row) for row in rows(ids))


def rows(ids: Collection[int]) -> tuple[ModelConfig, ...]:
    """Return the registry's rows of `ids`, in that order. Raises EngineFailed."""
    found = ModelConfig.objects.in_bulk(ids)
    if len(found) < len(ids):
        raise EngineFailed("The model is no longer in the registry.")
    return tuple(found[id_] for id_ in ids)


def enabled_specs(rows: Sequence[ModelConfig]) -> tuple[EngineSpec, ...]:
    """Return the engines of `rows`. Raises EngineFailed if one was disabled while it waited."""
    for row in rows:
        if not row.enabled:
            raise EngineFailed(f"{row.display_name} was disabled before its turn came.")
    return tuple(spec_of(row) for row in rows)


def at_start(worker: GpuWorker) -> Selection | None:
    """Return what `worker` serves when it starts: its last selection, the default, else keyword rules.

    Swaps write the selection into the row, so `worker` has to be fresh.
    """
    parser_runs = worker.parser is None or _runs(worker.parser)
    if worker.model_config is not None and _runs(worker.model_config) and parser_runs:
        return Selection(mode=worker.mode, model_config_id=worker.model_config.pk, parser_id=worker.parser_id)
    default = ModelConfig.objects.enabled().filter(is_default=True)
    rules = ModelConfig.objects.enabled().filter(type=ModelConfig.Type.RULES).order_by("name")
    row = next((row for row in [*default, *rules] if _runs(row)), None)
    if row is None:
        return None
    mode = Mode.ONE_SHOT if Mode.ONE_SHOT in row.inference_modes else Mode.HYBRID
    return Selection(mode=mode, model_config_id=row.pk)


def to_preload() -> tuple[EngineSpec, ...]:
    """Return the engines to load before the selection."""
    rows = ModelConfig.objects.enabled().filter(preload=True).order_by("pk")
    return tuple(spec_of(row) for row in rows if _runs(row))


def local_architectures() -> list[str]:
    """Return the architectures of the enabled vLLM models whose weights are here."""
    rows = ModelConfig.objects.enabled().filter(provider=ModelConfig.Provider.VLLM)
    return sorted({name for row in rows for name in capability.architectures(row)})


def _runs(row: ModelConfig) -> bool:
    return row.enabled and capability.obstacle(row) == "" and capability.is_here(row)


NOTHING_RUNS = (
    f"No enabled model in the registry can run on this machine. Import {settings.MODELS_FILE.name} "
    "(wfc manage registry import) or enable a model in the admin."
)
