"""The earliest end of any schedule, one that knows all arrivals included. Pure.

Résumés are alike (1.0 of work), so they can be taken first come, first served without loss. A schedule is then a
row of stays: the parser takes the next few, the decider takes the next few of those, and a switch lies
between. What holds of every stay, however its batches are put together:

1. `n` résumés, at most `most` at once, run through at least ⌈n / most⌉ whole readings one after the other.
   While anything is in hand `fixed_s` passes once in each of them, and `each_s` for every résumé:
   a stay takes `stay_s(n)` = fixed_s * ⌈n / most⌉ + each_s * n at least.
2. A stay that ends with résumé `j` ends `stay_s(j - k + 1)` after the arrival of résumé `k` at the earliest.
3. An engine leaves when nothing is in hand, so stays and switches do not overlap.

`lower_bound_s` is the best end over every row of stays that meets 1 to 3: no schedule ends before it, and with
all there at the start full batches reach it. The bound of the design, N/μ_parse + s + N/μ_decide, is what is left
when batches are never part full; it is never above this one.
"""

from collections.abc import Sequence
from math import ceil

from gpu_worker.core.scheduler import Pace

NEVER = float("inf")


def stay_s(pace: Pace, count: int) -> float:
    """What `count` take at least in one stay."""
    return pace.fixed_s * ceil(count / pace.most) + pace.each_s * count


def lower_bound_s(arrivals_s: Sequence[float], parse: Pace, decide: Pace, switch_s: float) -> float:
    """Of a pair whose parser is on the GPU at 0, and of one résumé at least."""
    return _Stays(sorted(arrivals_s), parse, decide, switch_s).end_s()


class _Stays:
    """`parsing[p][d]` is the earliest start of a stay of the parser after `p` were parsed and `d` decided,
    `deciding[p][d]` that of one of the decider."""

    def __init__(self, arrivals_s: Sequence[float], parse: Pace, decide: Pace, switch_s: float) -> None:
        self.count, self.switch_s = len(arrivals_s), switch_s
        numbers = range(self.count + 1)
        self.parse_s = [stay_s(parse, n) for n in numbers]
        self.decide_s = [stay_s(decide, n) for n in numbers]
        self.arrived_s = [self._after_arrivals_s(arrivals_s, last) for last in numbers]
        self.parsing = [[NEVER] * (p + 1) for p in numbers]
        self.deciding = [[NEVER] * (p + 1) for p in numbers]

    def _after_arrivals_s(self, arrivals_s: Sequence[float], last: int) -> list[float]:
        """By `p`: the earliest end of a stay in which those after the `p`th up to the `last` are parsed."""
        found, end_s = [NEVER] * last, 0.0
        for p in reversed(range(last)):
            found[p] = end_s = max(end_s, arrivals_s[p] + self.parse_s[last - p])
        return found

    def end_s(self) -> float:
        self.parsing[0][0] = 0.0
        for parsed in range(self.count):
            self._decide(parsed)
            self._parse(parsed)
        ends = (at_s + self.decide_s[self.count - d] for d, at_s in enumerate(self.deciding[-1]))
        return min(ends)

    def _decide(self, parsed: int) -> None:
        """All stays of the decider with `parsed` parsed."""
        deciding, parsing = self.deciding[parsed], self.parsing[parsed]
        for decided in range(1, parsed + 1):
            stays = (deciding[d] + self.decide_s[decided - d] for d in range(decided))
            parsing[decided] = min(stays) + self.switch_s

    def _parse(self, parsed: int) -> None:
        """All stays of the parser that begin with `parsed` parsed."""
        for last in range(parsed + 1, self.count + 1):
            stay, arrived_s, ends = (
                self.parse_s[last - parsed],
                self.arrived_s[last][parsed],
                self.deciding[last],
            )
            for decided, at_s in enumerate(self.parsing[parsed]):
                end_s = max(at_s + stay, arrived_s) + self.switch_s
                if end_s < ends[decided]:
                    ends[decided] = end_s
