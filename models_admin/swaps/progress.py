"""The progress of a swap. Pure: its seconds and those of earlier swaps in, a share and an ETA out."""

from collections.abc import Mapping
from dataclasses import dataclass

from models_admin.models import Phase

ORDER = [
    Phase.PREPARING,
    Phase.DRAINING,
    Phase.MAKING_ROOM,
    Phase.LOADING,
    Phase.WAKING,
    Phase.CHECKING,
    Phase.ROLLING_BACK,
]
# The share done when a phase begins and ends, used without history.
SPANS = {
    Phase.PREPARING: (0.02, 0.5),
    Phase.DRAINING: (0.5, 0.55),
    Phase.MAKING_ROOM: (0.55, 0.6),
    Phase.LOADING: (0.6, 0.9),
    Phase.WAKING: (0.6, 0.9),
    Phase.CHECKING: (0.9, 1.0),
    Phase.ROLLING_BACK: (0.9, 1.0),
}
LONGEST_SHARE = 0.97  # of a phase that takes longer than ever before and is not over


@dataclass(frozen=True, kw_only=True)
class Progress:
    """`share` is 0 to 1; `eta_seconds` is from start to ready, None if unknown."""

    share: float
    eta_seconds: float | None


def progress(
    phase: str,
    phase_s: float,
    ended_s: Mapping[str, float],
    earlier_s: Mapping[str, float],
    fetched: float | None = None,
    shown: float = 0.0,
) -> Progress:
    """Return the progress of a swap that has been in `phase` for `phase_s` seconds.

    `ended_s` are the seconds of its own ended phases, `earlier_s` those of earlier swaps like it. During a
    download `fetched` is the share of the weights that is here: bytes are counted, because history does not
    know the network. `shown` is the share that was shown last; the share never falls below it.
    """
    now = _known(phase, phase_s, ended_s, earlier_s, fetched)
    return Progress(share=max(shown, now.share), eta_seconds=now.eta_seconds)


def _known(
    phase: str,
    phase_s: float,
    ended_s: Mapping[str, float],
    earlier_s: Mapping[str, float],
    fetched: float | None,
) -> Progress:
    now = Phase(phase)
    if now not in SPANS:
        return Progress(share=0.0, eta_seconds=None)
    if fetched is not None or not earlier_s:
        begin, end = SPANS[now]
        return Progress(share=begin + (end - begin) * (fetched or 0.0), eta_seconds=None)
    later = ORDER[ORDER.index(now) + 1 :]
    left_s = max(0.0, earlier_s.get(now, 0.0) - phase_s) + sum(earlier_s.get(each, 0.0) for each in later)
    past_s = sum(ended_s.values())
    whole_s = past_s + phase_s + left_s
    expected_s = max(whole_s, 1e-6)
    within = min(phase_s, LONGEST_SHARE * max(earlier_s.get(now, 0.0), phase_s))
    return Progress(share=min(LONGEST_SHARE, (past_s + within) / expected_s), eta_seconds=whole_s)
