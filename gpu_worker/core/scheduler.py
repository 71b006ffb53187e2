"""Decide which work is served next, and when the GPU goes to another engine. Pure: what waits comes in, one
decision comes out; no clock, no database, no engine.

Work waits in stages. A stage belongs to a selection and needs one engine: One-Shot has one stage, a Hybrid
pair has two, and a résumé that was parsed waits in the second. Switching engines costs seconds in which
nothing is served, so as many résumés as possible share a switch, and yet none is forgotten.

`decide` goes through these rules; their numbers are in the code.

1. Nothing is ready: the first engine of the selection comes back to the GPU, else wait.
2. Nothing is ready elsewhere: stay.
3. Every switch costs less than a tenth of an evaluation: first come, first served.
4. An engine with work stays as long as a switch costs, and for one batch. Otherwise rule 5 would have it go
   to and fro without serving anything.
5. Work elsewhere that nears its promise forces a switch, the oldest first. If what is served is late as well,
   hurrying helps neither: the pair first serves what waited when the turn began, and others wait for rule 6.
6. A turn has a quantum against work outside the pair, so long that switches take a twentieth at most. Within
   the pair there is a gate instead: when all that waited as the turn began is taken up, and no batch arrives,
   a turn of eight switches is enough. Before that no promise parts the pair.
7. Ready work is served. So batches are gated: work for the other stages piles up meanwhile.
8. An engine that works far below its rate is left when its turn has lost what a switch costs, and another
   stage would use the GPU better.
9. While a batch arrives, the parser is left only if it can be back, and have parsed what came meanwhile, when
   the last one comes: by rule 8 while there is time for another such trip, else as late as possible.
10. An engine without work is left for the stage with the largest useful share B / (B + s): B seconds of work
    for s seconds of switching. A stage that would force a switch after one batch of that goes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

CHEAP = 0.1  # of an evaluation: switching for every single one then costs a tenth
QUANTUM = 20  # switches: at most 1/21 of the time is lost to them, however much waits
GATE = 8  # switches: at 0.8 load longer rounds cost waits, and shorter ones do not keep up
STILL_ARRIVING_S = 30.0  # a sender that was quiet for so long has gone away


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a person chose: a mode and a model, or a pair. Ids are those of ModelConfig rows."""

    mode: str
    model_config_id: int
    parser_id: int | None = None

    @property
    def engines(self) -> tuple[int, ...]:
        """The engines that serve it, parser first."""
        return tuple(id_ for id_ in (self.parser_id, self.model_config_id) if id_ is not None)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast an engine is: `n` together take `fixed_s + n * each_s`, and it takes `most` at once."""

    fixed_s: float
    each_s: float
    most: int

    def batch_s(self, count: int) -> float:
        return self.fixed_s + min(count, self.most) * self.each_s if count else 0.0

    @property
    def share_s(self) -> float:
        """Return the seconds of the engine that one takes in a full batch: 1 / μ."""
        return self.batch_s(self.most) / self.most

    def used(self, count: int) -> float:
        """Return the share of μ at which `count` together are read."""
        count = min(count, self.most)
        return count * self.share_s / self.batch_s(count) if count else 0.0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Work of one selection that waits for one engine; unpinned work belongs to what a person selected.

    `oldest_wait_s` counts from the résumé's arrival, through all stages. `arriving` is what senders have
    announced and not sent yet, `rest_s` how long that will take at the pace so far, `quiet_s` how long ago
    they last sent. `switch_s` is what a switch to the engine loses as measured, the drain before it included;
    0 = it is awake already. `in_hand` and `pace` are the engine's.
    """

    engine: int
    selection: Selection
    pace: Pace
    ready: int = 0
    oldest_wait_s: float = 0.0
    arriving: int = 0
    rest_s: float = 0.0
    quiet_s: float = 0.0
    switch_s: float = 0.0
    in_hand: int = 0

    @property
    def awake(self) -> bool:
        return self.switch_s == 0

    @property
    def useful_share(self) -> float:
        work_s = self.ready * self.pace.share_s
        return work_s / (work_s + self.switch_s) if self.ready else 0.0

    @property
    def still_fills(self) -> bool:
        """Whether it is the parse stage of a pair, with more on the way."""
        parses = self.engine == self.selection.parser_id
        return parses and self.arriving > 0 and self.quiet_s < STILL_ARRIVING_S


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Whose turn it is, for how long, and how many it has answered.

    A turn begins when a switch has ended, and again whenever nothing at all waited or was in hand.
    """

    stage: Stage
    seconds: float
    answered: int = 0

    @property
    def lost_s(self) -> float:
        """Return the seconds in which the engine did less than it can."""
        return self.seconds - (self.answered + self.stage.in_hand) * self.stage.pace.share_s

    @property
    def one_batch_s(self) -> float:
        return self.stage.pace.batch_s(self.stage.pace.most)

    def lasted(self, switches: int, stage: Stage) -> bool:
        """Whether it took as long as so many switches to `stage`, and one batch: the shortest stay is 1."""
        return self.seconds >= max(switches * stage.switch_s, self.one_batch_s)


@dataclass(frozen=True, kw_only=True)
class Serve:
    """Give the engine of `stage`, which is awake, up to `count` more."""

    stage: Stage
    count: int


@dataclass(frozen=True, kw_only=True)
class Switch:
    """Drain, then bring `engine` to the GPU for the work of `selection`. What a person selected stays."""

    engine: int
    selection: Selection


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Nothing to do until something happens, or time has passed: ask again soon."""


Decision = Serve | Switch | Wait


def least_promise_s(switches_s: float, load: float) -> float:
    """The shortest promise worth making: W_min = S / (1 - ρ), the mean length of a round of all stages.

    `switches_s` is what the switches of one round cost, `load` the share of the time that work takes.
    """
    return switches_s / (1 - load) if load < 1 else float("inf")


def decide(turn: Turn, stages: Sequence[Stage], selected: Selection, promise_s: float) -> Decision:
    """Return what to do next. `stages` holds `turn.stage`, and every stage with work."""
    return _Choice(turn, stages, selected, promise_s).made()


class _Choice:
    def __init__(self, turn: Turn, stages: Sequence[Stage], selected: Selection, promise_s: float) -> None:
        self.turn, self.stages, self.selected, self.promise_s = turn, stages, selected, promise_s
        ready = [stage for stage in stages if stage.ready]
        self.here = [stage for stage in ready if stage.awake]
        self.away = [stage for stage in ready if not stage.awake]
        self.in_hand = {stage.engine: stage.in_hand for stage in stages if stage.awake}
        self.oldest_here_s = max((stage.oldest_wait_s for stage in self.here), default=0.0)

    def made(self) -> Decision:
        working = any(self.in_hand.values())
        if not self.here and not self.away:  # 1
            return Wait() if working else self._home()
        if not self.away:  # 2
            return self._serve()
        if all(stage.switch_s < CHEAP * stage.pace.share_s for stage in self.away):  # 3
            return self._first_come()
        leavable = self.away
        if self.here or working:  # 4
            leavable = [stage for stage in self.away if self.turn.lasted(1, stage)]
        if forced := [stage for stage in leavable if self._forces(stage)]:  # 5
            return _switch(_oldest(forced))
        if others := [stage for stage in leavable if self._had_enough_for(stage)]:  # 6
            return _switch(_most_useful(others))
        if self.here:  # 7
            return self._serve()
        if working or self.turn.stage.still_fills:  # 8, 9
            better = [stage for stage in leavable if self._is_worth_leaving_for(stage)]
            return _switch(_most_useful(better)) if better else Wait()
        return _switch(self._next())  # 10

    def _home(self) -> Decision:
        engine = self.selected.engines[0]
        if engine in self.in_hand or self.turn.stage.still_fills:
            return Wait()
        return Switch(engine=engine, selection=self.selected)

    def _serve(self) -> Decision:
        """Serve the oldest first, as many as its engine has room for."""
        for stage in sorted(self.here, key=lambda stage: -stage.oldest_wait_s):
            count = min(stage.ready, stage.pace.most - stage.in_hand)
            if count > 0:
                return Serve(stage=stage, count=count)
        return Wait()

    def _first_come(self) -> Decision:
        oldest = _oldest(self.away)
        return _switch(oldest) if oldest.oldest_wait_s > self.oldest_here_s else self._serve()

    def _forces(self, stage: Stage) -> bool:
        """Whether a switch to it has to begin now, so that its oldest is taken up within the promise."""
        lead_s = stage.switch_s + self.turn.stage.pace.batch_s(self.turn.stage.in_hand)
        if stage.oldest_wait_s < self.promise_s - lead_s or stage.oldest_wait_s <= self.oldest_here_s:
            return False
        in_time = self.oldest_here_s < self.promise_s
        if self._of_the_pair(stage):
            return self.turn.lasted(GATE, stage) and (in_time or self._first_are_through)
        return in_time

    def _next(self) -> Stage:
        """Return the most useful stage, unless another would cut its stay short."""
        best = _most_useful(self.away)
        stay_s = best.switch_s + best.pace.batch_s(best.pace.most)
        cutting = [s for s in self.away if s.oldest_wait_s + stay_s + s.switch_s >= self.promise_s]
        return _oldest(cutting or [best])

    def _had_enough_for(self, stage: Stage) -> bool:
        if not self._of_the_pair(stage):
            return self.turn.lasted(QUANTUM, stage)
        more_come = not self.here or self.turn.stage.still_fills
        return not more_come and self._first_are_through and self.turn.lasted(GATE, stage)

    @property
    def _first_are_through(self) -> bool:
        """Whether all that waited when the turn began have been taken up."""
        return self.oldest_here_s < self.turn.seconds

    def _is_worth_leaving_for(self, stage: Stage) -> bool:
        here = self.turn.stage
        if stage.useful_share <= here.pace.used(here.in_hand):
            return False
        has_lost_it = self.turn.lost_s >= stage.switch_s
        if not here.still_fills:
            return has_lost_it
        trip_s = 2 * stage.switch_s + stage.ready * stage.pace.share_s
        spare_s = here.rest_s - trip_s - (here.in_hand + here.arriving) * here.pace.share_s
        if has_lost_it and spare_s >= trip_s:
            return True
        return 0 <= spare_s < self.turn.one_batch_s

    def _of_the_pair(self, stage: Stage) -> bool:
        return stage.selection == self.turn.stage.selection


def _switch(stage: Stage) -> Switch:
    return Switch(engine=stage.engine, selection=stage.selection)


def _oldest(stages: Sequence[Stage]) -> Stage:
    return max(stages, key=lambda stage: stage.oldest_wait_s)


def _most_useful(stages: Sequence[Stage]) -> Stage:
    return max(stages, key=lambda stage: (stage.useful_share, stage.oldest_wait_s))
