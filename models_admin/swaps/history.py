"""How long successful swaps took."""

from collections import defaultdict
from collections.abc import Mapping
from statistics import median

from models_admin.models import Phase, Swap

RECENT = 5  # enough to forget one slow disk, few enough to notice a new one
LOOKED_AT = 200

Key = tuple[str, int, int | None]  # mode, model, parser


class History:
    """The seconds of the last swaps, by target and by whether it was loaded from disk."""

    def __init__(self) -> None:
        ready = Swap.objects.filter(phase=Phase.READY).order_by("-pk")
        self._swaps: dict[tuple[Key, bool], list[dict[str, float]]] = defaultdict(list)
        columns = ready.values_list("mode", "model_config_id", "parser_id", "cold", "phase_seconds")
        for mode, model_config_id, parser_id, cold, phase_seconds in columns[:LOOKED_AT]:
            kept = self._swaps[(mode, model_config_id, parser_id), cold]
            if len(kept) < RECENT:
                kept.append(_worked_s(phase_seconds))

    def median_seconds(self, key: Key, *, cold: bool) -> float | None:
        """Return the median from start to ready; None if no such swap has succeeded yet."""
        took_s = [sum(phases.values()) for phases in self._swaps.get((key, cold), [])]
        return median(took_s) if took_s else None


def earlier_s(swap: Swap) -> dict[str, float]:
    """Return median seconds by phase of the last swaps like `swap` on its worker; empty for the first."""
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
    """Return seconds by phase, without the time in the queue."""
    return _worked_s(swap.phase_seconds)


def _worked_s(phase_seconds: Mapping[str, float]) -> dict[str, float]:
    return {phase: took_s for phase, took_s in phase_seconds.items() if phase != Phase.QUEUED}
