"""The state of models now, from registry, workers and swaps: for the header, the API, pages and the admin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from models_admin.backlog import Waiting
from models_admin.models import ENDED_PHASES, GpuWorker, Mode, ModelConfig, Phase, Swap, Trial
from models_admin.registry import options
from models_admin.registry.options import Option
from models_admin.swaps import trials
from models_admin.swaps.history import History

HOVER_TEXTS = {
    Mode.ONE_SHOT: "Fewest steps: the model judges what it sees.",
    Mode.HYBRID: "For models that only read text. Transcripts are kept and reused.",
}
PLACES = {"gpu": "on the GPU", "host": "asleep in host memory", "disk": "on disk", "": "no weights"}
AWAKE_WITHOUT_GPU = "awake in host memory"
IDLE, SWAPPING, OFFLINE, ERROR = "idle", "swapping", "offline", "error"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One entry of the selector. `residency` is gpu, host, disk, or "" for a model without weights."""

    name: str
    display_name: str
    mode: str
    active: bool
    available: bool
    reason: str
    residency: str
    eta_seconds: float | None


class Present:
    """The registry, the live workers, the open swaps and the last that ended, read once in four queries.

    The history is read again when another swap has ended.
    """

    def __init__(self) -> None:
        self.rows = list(ModelConfig.objects.all())
        self.workers = list(GpuWorker.objects.live())
        open_swaps = Swap.objects.exclude(phase__in=ENDED_PHASES).filter(worker__in=self.workers)
        self.swaps = list(open_swaps.select_related("requested_by").order_by("pk"))
        ended = Swap.objects.filter(phase__in=ENDED_PHASES, worker__in=self.workers)
        self.last_swap = ended.exclude(phase=Phase.SUPERSEDED).order_by("-ended_at", "-pk").first()
        last = self.last_swap
        self.history = _history(last.pk, last.ended_at) if last else History()
        self.offered = options.offered_options(self.rows)
        self._by_id = {row.pk: row for row in self.rows}

    @property
    def serving(self) -> GpuWorker | None:
        """The first worker that has a selection; several workers normally share one."""
        return next(
            (worker for worker in self.workers if worker.model_config_id and worker not in self.broken), None
        )

    @property
    def broken(self) -> list[GpuWorker]:
        return [worker for worker in self.workers if worker.status == GpuWorker.Status.ERROR]

    @property
    def status(self) -> str:
        """If one of several workers is broken, the others serve on: that is no error of the whole."""
        if self.workers and self.swaps:
            return SWAPPING
        if any(
            worker.status in (GpuWorker.Status.READY, GpuWorker.Status.SWAPPING) for worker in self.workers
        ):
            return IDLE
        return ERROR if self.broken else OFFLINE

    def option_of(self, row: GpuWorker | Swap | Waiting) -> Option | None:
        model_config = self._by_id.get(row.model_config_id or 0)
        if model_config is None:
            return None
        return Option(
            mode=Mode(row.mode), model_config=model_config, parser=self._by_id.get(row.parser_id or 0)
        )

    @property
    def current(self) -> Option | None:
        return self.option_of(self.serving) if self.serving else None

    def choice(self, option: Option) -> Choice:
        why = option.obstacle(self.workers)
        return Choice(
            name=option.name,
            display_name=option.display_name,
            mode=option.mode.value,
            active=self.current is not None and self.current.key == option.key,
            available=why == "",
            reason=why,
            residency=self.residency(option),
            eta_seconds=self.history.median_seconds(option.key, cold=self.is_cold(option)),
        )

    def state_html(self, row: ModelConfig) -> SafeString:
        """Return the state of one row as HTML, with the id that it has in the admin's list."""
        words = ". ".join(filter(None, [self._state(row), self._trial(row)]))
        return format_html('<span id="state-{}">{}</span>', row.pk, words)

    def _trial(self, row: ModelConfig) -> str:
        """Say how the last trial went; "" if the row was edited afterwards."""
        trial = self._trials.get(row.pk)
        if trial is None or row.updated_at > trial.requested_at:
            return ""
        match trial.status:
            case Trial.Status.QUEUED:
                return "Trial: waiting for its turn"
            case Trial.Status.RUNNING:
                return "Trial: loading"
            case Trial.Status.FAILED:
                return f"Trial failed: {trial.reason}"
        return f"Trial passed in {trial.seconds:.1f} s, {trial.gpu_gib:.1f} GiB awake"

    @cached_property
    def _trials(self) -> Mapping[int, Trial]:
        return trials.latest_trials()

    def _state(self, row: ModelConfig) -> str:
        if not row.enabled:
            return "disabled"
        if any(row.pk in (swap.model_config_id, swap.parser_id) for swap in self.swaps):
            return "being swapped to"
        if self.current and row in self.current.rows:
            edited = self.serving and not self.serving.serves(self.current.key, [row])
            return "✓ active without its last change: swap to it again" if edited else "✓ active"
        alone = Option(mode=Mode.ONE_SHOT, model_config=row)
        if why := alone.obstacle(self.workers):
            return why
        return self.place(row) if self.residency(alone) else "ready"

    def is_cold(self, option: Option) -> bool:
        able = [worker for worker in self.workers if not option.obstacle_on(worker)]
        return any(option.is_cold_on(worker) for worker in able)

    def residency(self, option: Option) -> str:
        if option.model_config.type == ModelConfig.Type.RULES:
            return ""
        tiers = {worker.residency.get(str(row.pk), "disk") for worker in self.workers for row in option.rows}
        return next((tier for tier in ("disk", "host", "gpu") if tier in tiers), "disk")

    def place(self, row: ModelConfig) -> str:
        """Say where the weights of `row` are; by worker if those that can run it differ."""
        alone = Option(mode=Mode.ONE_SHOT, model_config=row)
        able = [worker for worker in self.workers if not alone.obstacle_on(worker)]
        places = {worker.name: _place_on(worker, row) for worker in able}
        if len(set(places.values())) > 1:
            return ", ".join(f"{place} ({name})" for name, place in places.items())
        return next(iter(places.values()), PLACES[self.residency(alone)])


@lru_cache(maxsize=1)
def _history(last_swap_id: int, ended_at: datetime) -> History:
    """Cache the history by the last swap that has ended."""
    return History()


def _place_on(worker: GpuWorker, row: ModelConfig) -> str:
    if row.type == ModelConfig.Type.RULES:
        return PLACES[""]
    tier = worker.residency.get(str(row.pk), "disk")
    return AWAKE_WITHOUT_GPU if tier == "gpu" and not has_gpu(worker) else PLACES[tier]


def has_gpu(worker: GpuWorker) -> bool:
    """Whether `worker` runs on a GPU; the device text of any other begins with "CPU"."""
    return not worker.device.startswith("CPU")


def status_text(present: Present) -> str:
    match present.status:
        case "swapping":
            target = present.option_of(present.swaps[0])
            name = target.display_name if target else "another model"
            return f"Swapping to {name}: {present.swaps[0].get_phase_display()}."
        case "error":
            return " ".join(["No model is active.", present.broken[0].error, "Choose another model."])
        case "idle":
            broken = (f"{worker.name} is down: {worker.error}" for worker in present.broken)
            waits = (worker.waits for worker in present.workers if worker.waits)
            return " ".join(["Ready.", *broken, *waits])
    if present.workers:
        return present.workers[0].error or "The worker is starting."
    kept = "Uploads are kept, and read when an operator starts one: wfc-model-serve."
    return f"No worker is running. {kept}"
