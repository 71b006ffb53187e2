"""Learn how fast engines work and how long switches to them take. Pure.

`n` read together take `fixed_s + n * each_s`: a straight line through the last answers, by least squares.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from statistics import fmean

from gpu_worker.core.residency import Tier
from gpu_worker.core.scheduler import Pace

LAST = 64  # answers that count: enough for a line, few enough to forget another job's longer résumés
UNSEEN = Pace(fixed_s=1.0, each_s=0.5, most=1)  # of a model on a GPU, until it has answered once
UNSEEN_SWITCH_S = {Tier.GPU: 0.0, Tier.HOST: 3.0, Tier.DISK: 45.0}


class Paces:
    """Engines are named by their ids."""

    def __init__(self) -> None:
        self._answers: dict[int, deque[tuple[int, float]]] = defaultdict(lambda: deque(maxlen=LAST))
        self._switches: dict[tuple[int, Tier], float] = {}

    def record_answer(self, engine: int, together: int, seconds: float) -> None:
        """Record an answer that took `seconds` while `together` were in hand."""
        self._answers[engine].append((together, seconds))

    def record_switch(self, engine: int, tier: Tier, seconds: float) -> None:
        """Record what a switch to an engine on `tier` lost, the drain before it included."""
        self._switches.pop((engine, tier), None)  # the last one is last
        self._switches[engine, tier] = seconds

    def round_loss_s(self, engines: Iterable[int]) -> float:
        """Return what the last switches to each of `engines` lost together; 0 if one has had none."""
        last = {engine: seconds for (engine, _), seconds in self._switches.items()}
        lost = [last.get(engine, 0.0) for engine in engines]
        return sum(lost) if all(lost) else 0.0

    def pace_of(self, engine: int, most: int) -> Pace:
        """Return the pace of `engine`, which takes `most` at once; a guess if it has not answered yet."""
        seen = self._answers.get(engine)
        if not seen:
            return Pace(fixed_s=UNSEEN.fixed_s, each_s=UNSEEN.each_s, most=most)
        each_s, mean, mean_s = _slope(seen), fmean(n for n, _ in seen), fmean(s for _, s in seen)
        if each_s is None:  # the counts never differ: half of the time is a guess that is never far off
            each_s = mean_s / 2 / mean
        return Pace(fixed_s=max(0.0, mean_s - each_s * mean), each_s=each_s, most=most)

    def switch_s(self, engine: int, tier: Tier) -> float:
        """Return what a switch to `engine` on `tier` loses; 0 if it is awake."""
        if tier is Tier.GPU:
            return 0.0
        return self._switches.get((engine, tier), UNSEEN_SWITCH_S[tier])


def _slope(seen: "deque[tuple[int, float]]") -> float | None:
    """Return the seconds for one more; None if the counts do not differ."""
    mean, mean_s = fmean(n for n, _ in seen), fmean(s for _, s in seen)
    spread = sum((n - mean) ** 2 for n, _ in seen)
    if not spread:
        return None
    return max(0.0, sum((n - mean) * (s - mean_s) for n, s in seen) / spread)
