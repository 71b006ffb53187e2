"""The bars of the swap history: the seconds of each phase. Pure: seconds in, percentages out.

All bars share one scale; the longest swap is as wide as the chart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models_admin.models import RUNNING_PHASES, Phase

LEAST_S = 0.1  # times are shown in tenths of a second


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One phase of a bar. `x` and `width` are percentages of the chart's width."""

    phase: Phase
    seconds: float
    x: float
    width: float

    @property
    def text(self) -> str:
        return f"{self.phase.label} {seconds_text(self.seconds)}"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The phases that a swap spent time in, in their order."""

    segments: tuple[Segment, ...]
    seconds: float

    @property
    def text(self) -> str:
        return seconds_text(self.seconds)


def bars(swaps: Sequence[Mapping[str, float]]) -> list[Bar]:
    """Return one bar for each of `swaps`, given as seconds by phase. Waiting has no segment."""
    longest = max((sum(seconds for _, seconds in worked_phases(swap)) for swap in swaps), default=0.0)
    return [_bar(swap, percent_of_a_second=100 / longest if longest else 0.0) for swap in swaps]


def worked_phases(phase_seconds: Mapping[str, float]) -> list[tuple[Phase, float]]:
    """Return the phases in which the worker worked, in their order, which the database does not keep."""
    return [(phase, phase_seconds[phase]) for phase in RUNNING_PHASES if phase_seconds.get(phase, 0) > 0]


def seconds_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= LEAST_S else f"under {LEAST_S} s"


def _bar(phase_seconds: Mapping[str, float], percent_of_a_second: float) -> Bar:
    segments, passed = [], 0.0
    for phase, seconds in worked_phases(phase_seconds):
        x, width = passed * percent_of_a_second, seconds * percent_of_a_second
        segments.append(Segment(phase=phase, seconds=seconds, x=x, width=width))
        passed += seconds
    return Bar(segments=tuple(segments), seconds=passed)
