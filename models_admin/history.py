"""How long swaps took, from the rows of those that went well."""

from collections import defaultdict
from statistics import median

from models_admin.models import Phase, Swap

RECENT = 5  # enough to forget one slow disk, few enough to notice a new one
LOOKED_AT = 200


def expected_seconds() -> dict[tuple[str, int, int | None], float]:
    """Seconds from start to ready by mode, model and parser: the median of each one's last swaps."""
    took_s: dict[tuple[str, int, int | None], list[float]] = defaultdict(list)
    ready = Swap.objects.filter(phase=Phase.READY).order_by("-pk")
    for swap in ready[:LOOKED_AT]:
        key = (swap.mode, swap.model_config_id, swap.parser_id)
        if len(took_s[key]) < RECENT:
            took_s[key].append(seconds(swap))
    return {key: median(times) for key, times in took_s.items()}


def seconds(swap: Swap) -> float:
    """How long `swap` ran; waiting for its turn does not count."""
    return float(sum(s for phase, s in swap.phase_seconds.items() if phase != Phase.QUEUED))
