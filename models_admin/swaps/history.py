"""How long swaps took, from the rows of those that went well."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median

from models_admin.models import Phase, Swap

RECENT = 5  # enough to forget one slow disk, few enough to notice a new one
LOOKED_AT = 200

Key = tuple[str, int, int | None]  # mode, model, parser


class History:
    """The seconds of the last swaps, by what they led to and whether that had to be loaded from disk."""

    def __init__(self) -> None:
        ready = Swap.objects.filter(phase=Phase.READY).order_by("-pk")
        self._swaps: dict[tuple[Key, bool], list[dict[str, float]]] = defaultdict(list)
        columns = ready.values_list("mode", "model_config_id", "parser_id", "cold", "phase_seconds")
        for mode, model_config_id, parser_id, cold, phase_seconds in columns[:LOOKED_AT]:
            kept = self._swaps[(mode, model_config_id, parser_id), cold]
            if len(kept) < RECENT:
                kept.append(_worked_s(phase_seconds))

    def seconds(self, key: Key, *, cold: bool) -> float | None:
        """From start to ready, the median; None where no such swap went well yet."""
        took_s = [sum(phases.values()) for phases in self._swaps.get((key, cold), [])]
        return median(took_s) if took_s else None


def earlier_s(swap: Swap) -> dict[str, float]:
    """Seconds by phase of the last swaps like `swap` on its worker, the medians; empty for the first."""
    like = Swap.objects.filter(
        worker_id=swap.worker_id,
        mode=swap.mode,
        model_config_id=swap.model_config_id,
        parser_id=swap.parser_id,
        cold=swap.cold,
        phase=Phase.READY,
    )
    recent = like.order_by("-pk").values_list("phase_seconds", flat=True)[:RECENT]
    earlier = [_worked_s(phase_seconds) for phase_seconds in recent]
    phases = {phase for one in earlier for phase in one}
    return {phase: median(one.get(phase, 0.0) for one in earlier) for phase in phases}


def worked_s(swap: Swap) -> dict[str, float]:
    """Seconds by phase; waiting for its turn is no work."""
    return _worked_s(swap.phase_seconds)


def _worked_s(phase_seconds: Mapping[str, float]) -> dict[str, float]:
    return {phase: took_s for phase, took_s in phase_seconds.items() if phase != Phase.QUEUED}


def seconds(swap: Swap) -> float:
    """How long `swap` ran."""
    return total(worked_s(swap).values())


def total(times: Iterable[float]) -> float:
    return float(sum(times))
