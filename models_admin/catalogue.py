"""What can be chosen, what serves, and what is going on: read for the header, the API and the admin."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from models_admin import backlog
from models_admin.backlog import Waiting
from models_admin.models import ENDED_PHASES, GpuWorker, Mode, ModelConfig, Phase, Swap, Trial
from models_admin.registry import options
from models_admin.registry.options import Option
from models_admin.swaps import trials
from models_admin.swaps.history import History

DESCRIPTIONS = {
    Mode.ONE_SHOT: "One model reads the document and decides.",
    Mode.HYBRID: "A parser transcribes the document, a text model decides on the transcript.",
}
HOVER_TEXTS = {
    Mode.ONE_SHOT: "Fewest steps: what the model sees is what it judges.",
    Mode.HYBRID: "For models that only read text; transcripts are kept and used again.",
}
PLACES = {"gpu": "on the GPU", "host": "asleep in host memory", "disk": "on disk", "": "no weights"}
AWAKE_WITHOUT_GPU = "awake in host memory"
IDLE, SWAPPING, OFFLINE, ERROR = "idle", "swapping", "offline", "error"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One entry of the selector. `residency` is gpu, host, disk, or "" for what has no weights."""

    name: str
    display_name: str
    mode: str
    active: bool
    available: bool
    reason: str
    residency: str
    eta_seconds: float | None


@dataclass(frozen=True, kw_only=True)
class ModeChoices:
    mode: str
    display_name: str
    hover_text: str
    choices: list[Choice]


@dataclass(frozen=True, kw_only=True)
class SwapProgress:
    """The swap that runs, else the one that waits. Times are for the page to count on from."""

    phase: str
    phase_text: str
    target_name: str
    progress_percent: int
    eta_seconds: float | None
    since: str
    waiting_name: str


@dataclass(frozen=True, kw_only=True)
class Header:
    """What every page shows of the models. `version` differs when anything of it differs."""

    status: str
    status_text: str
    current_name: str
    current_mode: str
    modes: list[ModeChoices]
    swap: SwapProgress | None
    last_swap_text: str
    version: str


class Present:
    """The registry, the live workers, the open swaps and the last that ended, read once: four queries.

    History is read again when another swap has ended.
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
        self.offered = options.offered(self.rows)
        self._by_id = {row.pk: row for row in self.rows}

    @property
    def serving(self) -> GpuWorker | None:
        """The first worker that has a selection: where several are, they normally share one."""
        return next(
            (worker for worker in self.workers if worker.model_config_id and worker not in self.broken), None
        )

    @property
    def broken(self) -> list[GpuWorker]:
        return [worker for worker in self.workers if worker.status == GpuWorker.Status.ERROR]

    @property
    def status(self) -> str:
        """Where one worker of several is broken the others serve on: that is no error of the whole."""
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
            eta_seconds=self.history.seconds(option.key, cold=self.is_cold(option)),
        )

    def state_html(self, row: ModelConfig) -> SafeString:
        """The state of one row in the admin's list, with the id under which the list keeps it."""
        words = ". ".join(filter(None, [self._state(row), self._trial(row)]))
        return format_html('<span id="state-{}">{}</span>', row.pk, words)

    def _trial(self, row: ModelConfig) -> str:
        """How the last trial went; an edit afterwards makes it old news."""
        trial = self._trials.get(row.pk)
        if trial is None or row.updated_at > trial.requested_at:
            return ""
        match trial.status:
            case Trial.Status.QUEUED:
                return "Trial: waits for its turn"
            case Trial.Status.RUNNING:
                return "Trial: loading"
            case Trial.Status.FAILED:
                return f"Trial failed: {trial.reason}"
        return f"Trial passed in {trial.seconds:.1f} s, {trial.gpu_gib:.1f} GiB awake"

    @cached_property
    def _trials(self) -> Mapping[int, Trial]:
        return trials.latest()

    def _state(self, row: ModelConfig) -> str:
        if not row.enabled:
            return "disabled"
        if any(row.pk in (swap.model_config_id, swap.parser_id) for swap in self.swaps):
            return "being swapped to"
        if self.current and row in self.current.rows:
            edited = self.serving and not self.serving.serves(self.current.key, [row])
            return "✓ active as it was before its last change: swap to it again" if edited else "✓ active"
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
        """Where the weights of `row` are, in words: by worker where those that can run it differ."""
        alone = Option(mode=Mode.ONE_SHOT, model_config=row)
        able = [worker for worker in self.workers if not alone.obstacle_on(worker)]
        places = {worker.name: _place_on(worker, row) for worker in able}
        if len(set(places.values())) > 1:
            return ", ".join(f"{place} ({name})" for name, place in places.items())
        return next(iter(places.values()), PLACES[self.residency(alone)])


@lru_cache(maxsize=1)
def _history(last_swap_id: int, ended_at: datetime) -> History:
    """What was known when that swap, the last one, had ended."""
    return History()


def _place_on(worker: GpuWorker, row: ModelConfig) -> str:
    if row.type == ModelConfig.Type.RULES:
        return PLACES[""]
    tier = worker.residency.get(str(row.pk), "disk")
    return AWAKE_WITHOUT_GPU if tier == "gpu" and not has_gpu(worker) else PLACES[tier]


def has_gpu(worker: GpuWorker) -> bool:
    """Whether `worker` runs on a GPU: what else there is begins its words for the device with "CPU"."""
    return not worker.device.startswith("CPU")


def available() -> dict[str, Any]:
    """The ancestor's `/api/models/available`, with what can run here, where it is and how long it takes."""
    present = Present()
    return {
        "inference_modes": {
            mode.value: {
                "display_name": mode.label,
                "description": DESCRIPTIONS[mode],
                "hover_text": HOVER_TEXTS[mode],
                "models": {o.name: _described(present, o) for o in present.offered if o.mode == mode},
            }
            for mode in Mode
        },
        "current_mode": present.current.mode.value if present.current else None,
        "current_model": present.current.name if present.current else None,
    }


def _described(present: Present, option: Option) -> dict[str, Any]:
    choice = present.choice(option)
    described: dict[str, Any] = {
        "name": option.name,
        "display_name": option.display_name,
        "available": choice.available,
        "reason": choice.reason,
        "residency": choice.residency or None,
        "eta_seconds": choice.eta_seconds,
    }
    if option.mode == Mode.HYBRID:
        return described | {
            "type": "hybrid_combination",
            "vision_model": option.parser.name if option.parser else options.TEXT_LAYER,
            "reasoning_model": option.model_config.name,
        }
    return described | {"type": option.model_config.type, "max_model_len": option.model_config.max_model_len}


def status() -> dict[str, Any]:
    """The ancestor's `/api/models/status`, with the swap's phase, the queue and the workers."""
    present = Present()
    swap = present.swaps[0] if present.swaps else None
    return {
        "current_model": present.current.name if present.current else None,
        "inference_mode": present.current.mode.value if present.current else None,
        "status": present.status,
        "detail": _status_text(present),
        "swap_id": swap.pk if swap else None,
        "phase": swap.phase if swap else None,
        "progress": swap.progress if swap else None,
        "eta_seconds": swap.eta_seconds if swap else None,
        "phase_seconds": swap.phase_seconds if swap else None,
        "queue": backlog.depth(),
        "workers": [
            {
                "name": worker.name,
                "status": worker.status,
                "device": worker.device,
                "current_model": option.name if (option := present.option_of(worker)) else None,
                "heartbeat_age_seconds": round((timezone.now() - worker.heartbeat_at).total_seconds(), 1),
                "memory": worker.memory or None,
            }
            for worker in present.workers
        ],
    }


def header() -> Header:
    """What every page shows."""
    present = Present()
    modes = [
        ModeChoices(
            mode=mode.value,
            display_name=mode.label,
            hover_text=HOVER_TEXTS[mode],
            choices=[present.choice(option) for option in present.offered if option.mode == mode],
        )
        for mode in Mode
    ]
    shown = Header(
        status=present.status,
        status_text=_status_text(present),
        current_name=present.current.display_name if present.current else "",
        current_mode=present.current.mode.label if present.current else "",
        modes=modes,
        swap=_progress(present),
        last_swap_text=_last_swap_text(present),
        version="",
    )
    digest = hashlib.blake2s(repr(asdict(shown)).encode(), digest_size=8).hexdigest()
    return Header(**{**shown.__dict__, "version": digest})


def _progress(present: Present) -> SwapProgress | None:
    if not present.swaps:
        return None
    swap = present.swaps[0]
    target = present.option_of(swap)
    # Several workers have a row each for the same wish: what waits is what another wish is about.
    later = [
        other for other in present.swaps if other.phase == Phase.QUEUED and other.wish_id != swap.wish_id
    ]
    waiting = present.option_of(later[-1]) if later else None
    return SwapProgress(
        phase=swap.phase,
        phase_text=swap.get_phase_display(),
        target_name=target.display_name if target else "",
        progress_percent=round(swap.progress * 100),
        eta_seconds=swap.eta_seconds,
        since=(swap.began_at or swap.requested_at).isoformat(),
        waiting_name=waiting.display_name if waiting else "",
    )


def _status_text(present: Present) -> str:
    match present.status:
        case "swapping":
            target = present.option_of(present.swaps[0])
            name = target.display_name if target else "another model"
            return f"Swapping to {name}: {present.swaps[0].get_phase_display()}."
        case "error":
            return " ".join(["Nothing serves.", present.broken[0].error, "Choose another model."])
        case "idle":
            broken = (f"{worker.name} is out: {worker.error}" for worker in present.broken)
            waits = (worker.waits for worker in present.workers if worker.waits)
            return " ".join(["Ready.", *broken, *waits])
    if present.workers:
        return present.workers[0].error or "The worker is starting."
    kept = "Uploads are kept and read as soon as an operator starts one: wfc-model-serve."
    return f"No worker is running. {kept}"


def _last_swap_text(present: Present) -> str:
    """Why the newest swap did not end as it was wished, until a later one does."""
    last = present.last_swap
    if last is None or last.phase == Phase.READY:
        return ""
    option = present.option_of(last)
    return f"{option.display_name if option else 'The swap'}: {last.get_phase_display()}. {last.reason}"
