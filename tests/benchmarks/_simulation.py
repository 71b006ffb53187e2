"""One GPU as a run of events: résumés arrive, engines answer, switches take their time. No clock, no engine.

Whoever decides is given from outside, with the signature of `gpu_worker.core.scheduler.decide`. An engine reads
what it has in hand together: everyone gets on at the pace of that many, and whoever comes joins at once.
"""

from bisect import insort
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gpu_worker.core.scheduler import Decision, Pace, Selection, Serve, Stage, Switch, Turn

ASK_AGAIN_S = 2.0  # as the worker's loop does
Policy = Callable[[Turn, Sequence[Stage], Selection, float], Decision]
Key = tuple[Selection, int]  # a selection and one of its engines


@dataclass(kw_only=True)
class Resume:
    """`work` 1.0 = the mean. `announced` is how many come in its `batch`: senders say so with the first."""

    at_s: float
    selection: Selection
    work: float = 1.0
    announced: int = 0
    batch: int = 0
    stage: int = 0  # of its selection's engines
    in_hand_s: float = 0.0
    done_s: float = 0.0

    @property
    def wait_s(self) -> float:
        """From arrival to verdict, less the time in which an engine worked on it."""
        return self.done_s - self.at_s - self.in_hand_s


@dataclass(kw_only=True)
class Batch:
    """What was announced at `began_s`, and how many of them came."""

    began_s: float
    announced: int = 0
    came: int = 0

    @property
    def arriving(self) -> int:
        return max(self.announced - self.came, 0)

    def rest_s(self, now_s: float) -> float:
        """How long those who are missing take at the pace so far."""
        return self.arriving * (now_s - self.began_s) / self.came


@dataclass(frozen=True, kw_only=True)
class Ran:
    resumes: list[Resume]
    switches: int
    makespan_s: float
    stays: list[tuple[float, bool]]  # how long each turn took, and whether it was left with work


@dataclass(kw_only=True)
class Simulation:
    """`switch_s` is what bringing any other engine takes; `loaded` is on the GPU at the start."""

    policy: Policy
    paces: Mapping[int, Pace]
    switch_s: float
    promise_s: float
    selected: Selection
    loaded: int
    now_s: float = 0.0
    switches: int = 0
    _waiting: dict[Key, deque[Resume]] = field(default_factory=dict)
    _batches: dict[Selection, dict[int, Batch]] = field(default_factory=dict)
    _sent_s: dict[Selection, float] = field(default_factory=dict)
    _in_hand: list[tuple[float, int, float, Resume]] = field(default_factory=list)
    _progress: float = 0.0  # of whoever has been in hand since the start
    _serving: Key = field(init=False)
    _began_s: float = 0.0
    _answered: int = 0
    _taken: int = 0
    _stays: list[tuple[float, bool]] = field(default_factory=list)

    def run(self, resumes: Sequence[Resume]) -> Ran:
        coming = deque(sorted(resumes, key=lambda resume: resume.at_s))
        self._serving = (self.selected, self.loaded)
        while coming or self._in_hand or any(self._waiting.values()):
            self._arrive(coming)
            stages = self._stages()
            turn = Turn(stage=stages[0], seconds=self.now_s - self._began_s, answered=self._answered)
            match self.policy(turn, stages, self.selected, self.promise_s):
                case Serve() as serve:
                    self._serve(serve)
                case Switch() as switch:
                    self._switch(switch, coming)
                case _:
                    self._advance(coming, self.now_s + ASK_AGAIN_S)
        makespan_s = max(resume.done_s for resume in resumes)
        return Ran(resumes=list(resumes), switches=self.switches, makespan_s=makespan_s, stays=self._stays)

    def _arrive(self, coming: deque[Resume]) -> None:
        if not self._in_hand and not any(self._waiting.values()):
            self._began_s, self._answered = self.now_s, 0  # nothing waited: a new turn
        while coming and coming[0].at_s <= self.now_s:
            resume = coming.popleft()
            selection = resume.selection
            batches = self._batches.setdefault(selection, {})
            batch = batches.setdefault(resume.batch, Batch(began_s=resume.at_s))
            batch.announced, batch.came = batch.announced + resume.announced, batch.came + 1
            self._sent_s[selection] = resume.at_s
            self._wait(resume)

    def _wait(self, resume: Resume) -> None:
        key = (resume.selection, resume.selection.engines[resume.stage])
        self._waiting.setdefault(key, deque()).append(resume)

    def _stages(self) -> list[Stage]:
        """The stage whose turn it is comes first."""
        keys = [self._serving, *(key for key, queue in self._waiting.items() if queue)]
        return [self._stage(key) for key in dict.fromkeys(keys)]

    def _stage(self, key: Key) -> Stage:
        (selection, engine), queue = key, self._waiting.get(key)
        batches = [batch for batch in self._batches.get(selection, {}).values() if batch.arriving]
        active = self._serving[1]
        return Stage(
            engine=engine,
            selection=selection,
            pace=self.paces[engine],
            ready=len(queue) if queue else 0,
            oldest_wait_s=self.now_s - queue[0].at_s if queue else 0.0,
            arriving=sum(batch.arriving for batch in batches),
            rest_s=max((batch.rest_s(self.now_s) for batch in batches), default=0.0),
            quiet_s=self.now_s - self._sent_s.get(selection, self.now_s),
            switch_s=0.0 if engine == active else self.costs_s(active),
            in_hand=len(self._in_hand) if engine == active else 0,
        )

    def costs_s(self, active: int) -> float:
        """What a switch loses: an engine that empties runs, on average, half of `fixed_s` for nobody."""
        return self.switch_s + self.paces[active].fixed_s / 2

    def _serve(self, serve: Serve) -> None:
        assert serve.count > 0, "an empty queue was served"
        assert serve.stage.engine == self._serving[1], "it is not awake"
        assert len(self._in_hand) + serve.count <= serve.stage.pace.most, "there is no room"
        queue = self._waiting[serve.stage.selection, serve.stage.engine]
        for _ in range(serve.count):
            resume = queue.popleft()
            self._taken += 1
            insort(self._in_hand, (self._progress + resume.work, self._taken, self.now_s, resume))

    def _switch(self, switch: Switch, coming: deque[Resume]) -> None:
        assert switch.engine != self._serving[1], "it is awake already"
        left_work = bool(self._in_hand or self._waiting.get(self._serving))
        self._stays.append((self.now_s - self._began_s, left_work))
        while self._in_hand:
            self._advance(deque(), float("inf"))
        self.now_s += self.switch_s
        self.switches += 1
        self._serving = (switch.selection, switch.engine)
        self._arrive(coming)
        self._began_s, self._answered = self.now_s, 0

    def _advance(self, coming: deque[Resume], until_s: float) -> None:
        """Go on to the next arrival or answer, at most to `until_s`."""
        if coming:
            until_s = min(until_s, coming[0].at_s)
        if not self._in_hand:
            self.now_s = until_s
            return
        one_s = self.paces[self._serving[1]].batch_s(len(self._in_hand))  # for 1.0 of work
        finish_s = self.now_s + (self._in_hand[0][0] - self._progress) * one_s
        if finish_s > until_s:
            self._progress += (until_s - self.now_s) / one_s
            self.now_s = until_s
            return
        self.now_s, self._progress = finish_s, self._in_hand[0][0]
        while self._in_hand and self._in_hand[0][0] <= self._progress:
            self._end(*self._in_hand.pop(0)[2:])

    def _end(self, taken_s: float, resume: Resume) -> None:
        self._answered += 1
        resume.in_hand_s += self.now_s - taken_s
        resume.stage += 1
        if resume.stage < len(resume.selection.engines):
            self._wait(resume)
        else:
            resume.done_s = self.now_s
