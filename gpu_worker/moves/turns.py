"""Keep whose turn it is on the GPU, and ask the scheduler what to do with the work that waits."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from gpu_worker.core.paces import Paces
from gpu_worker.core.residency import Tier
from gpu_worker.core.scheduler import Decision, Selection, Stage, Switch, Turn, Wait, decide, least_promise_s
from gpu_worker.database import Database
from gpu_worker.moves import demand
from gpu_worker.moves.demand import Work
from gpu_worker.moves.fleet import Fleet
from models_admin.models import GpuWorker

log = logging.getLogger(__name__)

UNSEEN_MOST = 8  # résumés at once, of an engine that was never here
BACKOFF_S = 60.0  # before an engine that did not come up is tried again
ASK_AGAIN_S = 1.0  # while the engines are full only a due promise can change anything
BUSY = 0.8  # share of the GPU's time; with more work no promise is worth much
ATTEMPTS = 3  # at bringing an engine up for pinned work


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """An engine that did not come up: how often, and until when it is not tried again."""

    attempts: int
    until_s: float
    words: str  # for the operator


class Turns:
    """`in_hand` counts what an engine works on. A turn begins with a selection or with a switch."""

    def __init__(self, row: GpuWorker, db: Database, fleet: Fleet, in_hand: Callable[[int], int]) -> None:
        self._row, self._db, self._fleet, self._in_hand = row, db, fleet, in_hand
        self.paces = Paces()
        self.engine: int | None = None  # None before the first turn, and while nothing serves
        self.selection: Selection | None = None
        self._since_s, self._answered, self._asked_s = 0.0, 0, 0.0
        self._has_said_promise = False
        self._backoffs: dict[int, Backoff] = {}

    def begin(self, selection: Selection, engine: int | None = None) -> None:
        """Begin a turn of `engine`; if none is named, of the first engine of `selection` that is awake.

        If none of them is awake, the turn's engine is lost from the beginning.
        """
        awake = (id_ for id_ in selection.engines if self._fleet.awake([id_]))
        self.selection = selection
        self.engine = next(awake, selection.engines[0]) if engine is None else engine
        self._since_s, self._answered = time.monotonic(), 0

    def end(self) -> None:
        """End the turn: nothing serves any more."""
        self.engine = self.selection = None

    @property
    def engines(self) -> tuple[int, ...]:
        """Return the engines of the turn: they stay where they are, whatever is prepared."""
        return (*(self.selection.engines if self.selection else ()), *([self.engine] if self.engine else []))

    @property
    def has_lost(self) -> bool:
        """Whether the engine whose turn it is, is gone."""
        return self.engine is not None and not self._fleet.awake([self.engine])

    def record_answer(self, engine: int, seconds: float) -> None:
        """Record an answer, for the paces and for the turn."""
        self.paces.record_answer(engine, max(1, self._in_hand(engine)), seconds)
        self._backoffs.pop(engine, None)
        if engine == self.engine:
            self._answered += 1

    def record_switch(self, engine: int, tier: Tier, took_s: float, in_hand: int) -> None:
        """Record a switch to `engine` that waited for `in_hand`: half of their work was still useful."""
        share_s = self.paces.pace_of(self.engine, max(1, in_hand)).share_s if self.engine else 0.0
        self.paces.record_switch(engine, tier, max(0.0, took_s - in_hand * share_s / 2))
        self._warn_of_promise()

    @property
    def least_promise_s(self) -> float:
        """Return the shortest promise that a busy GPU can keep for the pair of the turn; 0 = not known."""
        engines = self.selection.engines if self.selection else ()
        return least_promise_s(self.paces.round_loss_s(engines), BUSY)

    def _warn_of_promise(self) -> None:
        least_s = self.least_promise_s
        if least_s > settings.PROMISE_S and not self._has_said_promise:
            self._has_said_promise = True
            log.warning(
                "WFC_PROMISE_S is %.0f s and cannot be kept while the GPU is busy: its models take "
                "turns, and switching between them makes %.0f s the minimum. Raise it, or make room for both "
                "at once.",
                settings.PROMISE_S,
                least_s,
            )

    def record_failure(self, engine: int, words: str) -> bool:
        """Record that `engine` did not come up, and why. Return whether it has had all its attempts."""
        attempts = self._backoffs[engine].attempts + 1 if engine in self._backoffs else 1
        self._backoffs[engine] = Backoff(attempts=attempts, until_s=time.monotonic() + BACKOFF_S, words=words)
        return attempts >= ATTEMPTS

    @property
    def backoff_notes(self) -> str:
        """Return for the operator which engines are not tried for a while, and why; their work waits."""
        return " ".join(backoff.words for id_, backoff in self._backoffs.items() if self._backs_off(id_))

    def _backs_off(self, engine: int) -> bool:
        backoff = self._backoffs.get(engine)
        return backoff is not None and not self._fleet.awake([engine]) and time.monotonic() < backoff.until_s

    async def decide(self, selected: Selection) -> Decision:
        """Return what to do next with the work that waits now."""
        if self.engine is None or self.selection is None or self._asked_lately(self.selection):
            return Wait()
        self._asked_s = time.monotonic()
        revisions = self._fleet.revisions
        found = await self._db(demand.waiting_work, selected, self._runs, revisions)
        stages = [self._stage(work) for work in found]
        if not any(stage.ready or stage.in_hand for stage in stages) and not self._in_hand(self.engine):
            self._since_s, self._answered = time.monotonic(), 0
        here = next((stage for stage in stages if self._is_turn_of(stage)), None)
        if here is None:
            here = self._stage(Work(selection=self.selection, engine=self.engine))
            stages.append(here)
        turn = Turn(stage=here, seconds=time.monotonic() - self._since_s, answered=self._answered)
        decision = decide(turn, stages, selected, settings.PROMISE_S)
        backs_off = isinstance(decision, Switch) and self._backs_off(decision.engine)
        return Wait() if backs_off else decision

    def _asked_lately(self, selection: Selection) -> bool:
        """Whether the queue was read a moment ago, and no engine has room for more."""
        awake = [id_ for id_ in {*selection.engines, self.engine} if id_ and self._fleet.awake([id_])]
        full = bool(awake) and not any(self._has_room(id_) for id_ in awake)
        return full and time.monotonic() - self._asked_s < ASK_AGAIN_S

    def _has_room(self, engine: int) -> bool:
        """Whether it is worth giving it more: several at once cost less, and its reserve lasts."""
        most, in_hand = self._fleet[engine].max_in_flight, self._in_hand(engine)
        return not in_hand or most - in_hand >= max(1, most // 5)

    def _is_turn_of(self, stage: Stage) -> bool:
        return (stage.engine, stage.selection) == (self.engine, self.selection)

    def _runs(self, selection: Selection) -> bool:
        """Whether this worker can run `selection`, and need not wait after a failed attempt."""
        return all(
            self._fleet.awake([id_])
            or (self._row.runnable.get(str(id_), "?") == "" and not self._backs_off(id_))
            for id_ in selection.engines
        )

    def _stage(self, work: Work) -> Stage:
        tier = self._fleet.tiers().get(work.engine, Tier.DISK)
        most, in_hand = UNSEEN_MOST, self._in_hand(work.engine)
        if tier is Tier.GPU:
            most = self._fleet[work.engine].max_in_flight
            in_hand = (
                in_hand if self._has_room(work.engine) else most
            )  # its last places are not filled one by one
        return Stage(
            engine=work.engine,
            selection=work.selection,
            pace=self.paces.pace_of(work.engine, most),
            ready=work.ready,
            oldest_wait_s=work.oldest_wait_s,
            arriving=work.arriving,
            rest_s=work.rest_s,
            quiet_s=work.quiet_s,
            switch_s=self.paces.switch_s(work.engine, tier),
            in_hand=in_hand,
        )
