"""The enabled models on the Models page: where each is, how large, and how long a swap to it takes."""

from collections.abc import Iterable
from dataclasses import dataclass

from models_admin.models import EngineRecord, GpuWorker, Mode, ModelConfig
from models_admin.overview.shown import Shown
from models_admin.present import Present
from models_admin.registry.options import Option


@dataclass(frozen=True, kw_only=True)
class Size:
    """The measured GiB of an engine, awake and asleep."""

    awake_gib: float
    asleep_gib: float


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The seconds that a swap to `option` takes, from the last ones."""

    option: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class ModelRow(Shown):
    """An enabled model. `size` is None if nothing was measured; `obstacle` says why it cannot run here."""

    pk: int
    display_name: str
    name: str
    type_text: str
    active: bool
    pinned: bool
    place: str
    has_weights: bool
    obstacle: str
    size: Size | None
    expected: tuple[Expected, ...]


def model_rows(present: Present) -> Iterable[ModelRow]:
    sizes = _sizes(present.workers)
    choices = [(option, present.choice(option)) for option in present.offered]
    for row in present.rows:
        if not row.enabled:
            continue
        expected = (
            Expected(option=choice.display_name, seconds=choice.eta_seconds)
            for option, choice in choices
            if row in option.rows and choice.eta_seconds is not None
        )
        alone = Option(mode=Mode.ONE_SHOT, model_config=row)
        yield ModelRow(
            pk=row.pk,
            display_name=row.display_name,
            name=row.name,
            type_text=row.get_type_display(),
            active=present.current is not None and row in present.current.rows,
            pinned=row.pin,
            place=present.place(row),
            has_weights=row.type != ModelConfig.Type.RULES,
            obstacle=alone.obstacle(present.workers),
            size=sizes.get(row.pk),
            expected=tuple(expected),
        )


def _sizes(workers: Iterable[GpuWorker]) -> dict[int, Size]:
    """Return sizes by the model's id: what a worker holds now, else the newest engine record."""
    sizes = {
        record.model_config_id: Size(awake_gib=record.gpu_gib, asleep_gib=record.host_gib)
        for record in EngineRecord.objects.order_by("measured_at").defer("canary")
    }
    for worker in workers:
        for id_, engine in worker.memory.get("engines", {}).items():
            sizes[int(id_)] = Size(awake_gib=engine["gpu_gib"], asleep_gib=engine["host_gib"])
    return sizes
