"""The bars of the swap history: where the seconds of each swap went. Pure: seconds in, percentages out.

All bars share one scale, on which the longest swap is as wide as the chart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models_admin.models import RUNNING_PHASES, Phase

LEAST_S = 0.1  # what is told in tenths of a second


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One phase of a bar. `x` and `width` are percentages of the chart's width."""

    phase: Phase
    seconds: float
    x: float
    width: float

    @property
    def text(self) -> str:
        return f"{self.phase.label} {in_words(self.seconds)}"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The phases that a swap spent time in, in the order in which they come."""

    segments: tuple[Segment, ...]
    seconds: float

    @property
    def text(self) -> str:
        return in_words(self.seconds)


def bars(swaps: Sequence[Mapping[str, float]]) -> list[Bar]:
    """The bar of every one of `swaps`, each given as its seconds by phase. Waiting is no work: no segment."""
    longest = max((sum(seconds for _, seconds in worked(swap)) for swap in swaps), default=0.0)
    return [_bar(swap, percent_of_a_second=100 / longest if longest else 0.0) for swap in swaps]


def worked(phase_seconds: Mapping[str, float]) -> list[tuple[Phase, float]]:
    """The phases in which the worker worked, in the order in which they come; databases keep none."""
    return [(phase, phase_seconds[phase]) for phase in RUNNING_PHASES if phase_seconds.get(phase, 0) > 0]


def in_words(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= LEAST_S else f"under {LEAST_S} s"


def _bar(phase_seconds: Mapping[str, float], percent_of_a_second: float) -> Bar:
    segments, passed = [], 0.0
    for phase, seconds in worked(phase_seconds):
        x, width = passed * percent_of_a_second, seconds * percent_of_a_second
        segments.append(Segment(phase=phase, seconds=seconds, x=x, width=width))
        passed += seconds
    return Bar(segments=tuple(segments), seconds=passed)
