"""Plan which engines leave the GPU to make room. Pure: sizes and times come in, steps come out.

Sizes are GiB (2**30 bytes), as measured. The least recently used engine leaves first; pinned ones stay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Tier(StrEnum):
    """Where an engine's weights are."""

    GPU = "gpu"  # awake
    HOST = "host"  # asleep
    DISK = "disk"  # not loaded


@dataclass(frozen=True, kw_only=True)
class Resident:
    """One engine as the budget sees it."""

    id: int
    tier: Tier
    gpu_gib: float = 0.0  # on the GPU while awake
    host_gib: float | None = None  # in host memory while asleep; None = cannot sleep
    asleep_gpu_gib: float = 0.0  # what it still holds on the GPU while asleep
    last_used_s: float = 0.0
    pinned: bool = False

    @property
    def held_gpu_gib(self) -> float:
        return {Tier.GPU: self.gpu_gib, Tier.HOST: self.asleep_gpu_gib, Tier.DISK: 0.0}[self.tier]

    @property
    def held_host_gib(self) -> float:
        return (self.host_gib or 0.0) if self.tier is Tier.HOST else 0.0


@dataclass(frozen=True, kw_only=True)
class Budget:
    gpu_gib: float
    host_gib: float


class Move(StrEnum):
    SLEEP = "sleep"
    UNLOAD = "unload"
    WAKE = "wake"
    LOAD = "load"


AFTER = {Move.SLEEP: Tier.HOST, Move.UNLOAD: Tier.DISK, Move.WAKE: Tier.GPU, Move.LOAD: Tier.GPU}


@dataclass(frozen=True, kw_only=True)
class Step:
    move: Move
    id: int


class DoesNotFit(Exception):
    """The targets cannot be awake together on this machine, even if all others leave."""


def plan(targets: Sequence[int], residents: Iterable[Resident], budget: Budget) -> list[Step]:
    """Return the steps, in order, after which all of `targets` are awake.

    Every target must be among `residents`. No budget is exceeded after any of the steps.
    1. Awake engines that are not wanted go to sleep, the longest unused first.
    2. If host memory is short, the longest unused sleepers are unloaded for them, if that helps.
    3. An engine that cannot sleep is unloaded. If no other engine is awake, sleepers are unloaded for the GPU
       memory that they still hold.
    4. Then the target is woken, or loaded from disk.
    Raises DoesNotFit with a sentence.
    """
    planner = _Planner(targets, residents, budget)
    for target in targets:
        planner.bring(target)
    return planner.steps


class _Planner:
    def __init__(self, targets: Sequence[int], residents: Iterable[Resident], budget: Budget) -> None:
        self.targets, self.budget = targets, budget
        self.state = {resident.id: resident for resident in residents}
        self.steps: list[Step] = []

    def bring(self, target: int) -> None:
        if self.state[target].tier is Tier.GPU:
            return
        while self._gpu_gib_with(target) > self.budget.gpu_gib:
            leaver = self._next_to_leave()
            if leaver is None:
                raise DoesNotFit(self._sentence())
            self._send_away(leaver)
        self._do(Move.WAKE if self.state[target].tier is Tier.HOST else Move.LOAD, target)

    def _gpu_gib_with(self, target: int) -> float:
        others = (r.held_gpu_gib for r in self.state.values() if r.id != target)
        return sum(others) + self.state[target].gpu_gib

    def _next_to_leave(self) -> Resident | None:
        leavers = [r for r in self._movable() if r.held_gpu_gib > 0]
        return min(leavers, key=lambda r: (r.tier is not Tier.GPU, r.last_used_s), default=None)

    def _movable(self) -> list[Resident]:
        return [r for r in self.state.values() if r.id not in self.targets and not r.pinned]

    def _send_away(self, leaver: Resident) -> None:
        if leaver.tier is Tier.GPU and leaver.host_gib is not None and self._make_bed(leaver.host_gib):
            self._do(Move.SLEEP, leaver.id)
        else:
            self._do(Move.UNLOAD, leaver.id)

    def _make_bed(self, host_gib: float) -> bool:
        """Free `host_gib` of host memory if unloading sleepers can, the longest unused first."""
        sleepers = [r for r in self._movable() if r.tier is Tier.HOST]
        free_gib = self.budget.host_gib - sum(r.held_host_gib for r in self.state.values())
        if free_gib + sum(r.held_host_gib for r in sleepers) < host_gib:
            return False
        for sleeper in sorted(sleepers, key=lambda r: r.last_used_s):
            if free_gib >= host_gib:
                break
            free_gib += sleeper.held_host_gib
            self._do(Move.UNLOAD, sleeper.id)
        return True

    def _do(self, move: Move, id_: int) -> None:
        self.steps.append(Step(move=move, id=id_))
        self.state[id_] = replace(self.state[id_], tier=AFTER[move])

    def _sentence(self) -> str:
        needed_gib = sum(self.state[target].gpu_gib for target in self.targets)
        kept_gib = sum(r.held_gpu_gib for r in self.state.values() if r.pinned and r.id not in self.targets)
        sentence = f"It needs {needed_gib:.1f} GiB of GPU memory; the budget is {self.budget.gpu_gib:.1f} GiB"
        return sentence + (f", and pinned models keep {kept_gib:.1f} GiB of it." if kept_gib else ".")
