"""From registry rows to what this worker runs: engine specs, and what to serve when nobody has chosen."""

from django.conf import settings

from gpu_worker import capability
from gpu_worker.engines.protocol import EngineFailed, EngineSpec
from gpu_worker.scheduler import Selection
from models_admin.models import GpuWorker, Mode, ModelConfig


def spec_of(row: ModelConfig) -> EngineSpec:
    return EngineSpec(id=row.pk, name=row.name, provider=row.provider, revision=row.revision, rules=row.rules)


def specs(selection: Selection) -> tuple[EngineSpec, ...]:
    """The engines of `selection`, parser first, as the registry describes them now. Raises EngineFailed."""
    rows = ModelConfig.objects.in_bulk(selection.engines)
    if len(rows) < len(selection.engines):
        raise EngineFailed("The model is no longer in the registry.")
    return tuple(spec_of(rows[id_]) for id_ in selection.engines)


def enabled_specs(selection: Selection) -> tuple[EngineSpec, ...]:
    """`specs` for a swap's target, which may have been disabled while it waited. Raises EngineFailed."""
    disabled = ModelConfig.objects.filter(pk__in=selection.engines, enabled=False).first()
    if disabled is not None:
        raise EngineFailed(f"{disabled.display_name} was disabled before its turn came.")
    return specs(selection)


def at_start(worker: GpuWorker) -> Selection | None:
    """What `worker` serves when it starts: its last ready selection, the default, else keyword rules."""
    if worker.model_config is not None and _runs(worker.model_config):
        return Selection(mode=worker.mode, model_config_id=worker.model_config.pk, parser_id=worker.parser_id)
    default = ModelConfig.objects.enabled().filter(is_default=True)
    rules = ModelConfig.objects.enabled().filter(type=ModelConfig.Type.RULES).order_by("name")
    row = next((row for row in [*default, *rules] if _runs(row)), None)
    if row is None:
        return None
    mode = Mode.ONE_SHOT if Mode.ONE_SHOT in row.inference_modes else Mode.HYBRID
    return Selection(mode=mode, model_config_id=row.pk)


def _runs(row: ModelConfig) -> bool:
    return row.enabled and capability.obstacle(row) == ""


NOTHING_RUNS = (
    f"No enabled model in the registry can run on this machine. Import {settings.MODELS_FILE.name} "
    "(manage.py registry import) or enable a model in the admin."
)
