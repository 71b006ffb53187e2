"""Give leased work to an engine: it is done, or handed back with what went wrong and why."""

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from functools import partial
from typing import Generic, Protocol, TypeVar

from candidates.evaluations.queue import Choice
from candidates.models.leases import Claim, ClaimLost
from gpu_worker.core.scheduler import Selection, Stage
from gpu_worker.core.swapper import Admitted, Answered
from gpu_worker.engines.protocol import AnswerFailed, Engine, EngineFailed
from gpu_worker.moves import demand
from gpu_worker.moves.station import Station
from gpu_worker.tasks import Task
from gpu_worker.work.hand import Hand
from models_admin.models import GpuWorker

log = logging.getLogger(__name__)

INTERNAL_ERROR = "The résumé could not be read because of an internal error. The log has the details."


P = TypeVar("P", bound=Claim)


class WorkForEngines(Protocol[P]):
    """The part of `candidates.models.leases.LeasedWork` that is needed here, and how its rows are claimed."""

    def claim(self, worker: GpuWorker, limit: int, choice: Choice, in_hand: Collection[int]) -> list[P]: ...
    def put_back(self, claims: Iterable[P]) -> None: ...
    def fail(self, claim: P, sentence: str, *, in_answer: bool = False) -> None: ...
    def engine_died(self, claim: P, sentence: str) -> None: ...


class Attempts(ABC, Generic[P]):
    """One kind of work in hand. `ended` is called with every task that has ended."""

    kind: str  # tells rows of one kind from those of another, in the log and in hand
    work: WorkForEngines[P]

    def __init__(self, station: Station, ended: Callable[[Task], None]) -> None:
        self.station, self.hand = station, Hand(ended)
        self._engine_of: dict[int, int] = {}
        self._alone: int | None = None  # the piece that runs with nothing else

    @abstractmethod
    async def perform(self, engine: Engine, selection: Selection, piece: P) -> None:
        """Do the work of `piece` and write the result. Raises AnswerFailed, EngineFailed and ClaimLost."""

    def in_hand(self, engine: int) -> int:
        """Return how many pieces `engine` is working on."""
        return sum(1 for id_ in self._engine_of.values() if id_ == engine)

    @property
    def engines(self) -> set[int]:
        """Return those that have some in hand."""
        return set(self._engine_of.values())

    async def take(self, stage: Stage, count: int) -> int:
        """Claim up to `count` and give them to the engine of `stage`. Return how many were claimed."""
        selected = self.station.swapper.serving
        if selected is None or not self._may_claim(stage):
            return 0
        in_hand = self.hand.pks
        choice = demand.choice_for(stage.selection, selected, self.station.fleet.revisions)
        pieces = await self.station.db(self.work.claim, self.station.row, count, choice, in_hand)
        if self.station.swapper.serving != selected or not self._may_claim(stage):
            await self.station.db(self.work.put_back, pieces)
            return 0
        engine = self.station.fleet[stage.engine]
        for piece in pieces:
            self._alone = piece.pk if piece.alone else None
            self.station.swapper.handle(Admitted(request=(self.kind, piece.pk)))
            self._engine_of[piece.pk] = stage.engine
            self.hand.hold(piece.pk, self._attempt(engine, stage.selection, piece))
        return len(pieces)

    def _may_claim(self, stage: Stage) -> bool:
        return (
            self.station.swapper.admits and self._alone is None and self.station.fleet.awake([stage.engine])
        )

    async def _attempt(self, engine: Engine, selection: Selection, piece: P) -> None:
        began_s = time.monotonic()
        work, db = self.work, self.station.db
        try:
            await self.perform(engine, selection, piece)
            self.station.turns.record_answer(engine.spec.id, time.monotonic() - began_s)
        except AnswerFailed as failure:
            self.station.recovery.record_answer()
            self.station.metrics.evaluation_failed(engine.spec.name, "answer")
            await self._hand_back(partial(work.fail, in_answer=True), piece, str(failure))
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)
        except asyncio.CancelledError:
            await asyncio.shield(db(work.put_back, [piece]))
        except EngineFailed as failure:
            await self._handle_death(engine, piece, str(failure))
        except Exception:
            log.exception("%s %s", self.kind, piece.pk)
            self.station.metrics.evaluation_failed(engine.spec.name, "error")
            await self._hand_back(work.fail, piece, INTERNAL_ERROR)
        finally:
            self._alone = None if self._alone == piece.pk else self._alone
            self._engine_of.pop(piece.pk, None)
            self.station.swapper.handle(Answered(request=(self.kind, piece.pk)))

    async def _hand_back(self, how: Callable[[P, str], None], piece: P, sentence: str) -> None:
        try:
            await self.station.db(how, piece, sentence)
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)

    async def _handle_death(self, engine: Engine, piece: P, sentence: str) -> None:
        self.station.metrics.evaluation_failed(engine.spec.name, "engine")
        if piece.alone and piece.is_last_try:
            self.station.recovery.record_poison()
        if await self.station.fleet.unload_broken(engine):
            self.station.metrics.engine_lost(engine.spec.name)
            self.station.recovery.record_loss(sentence)
        with contextlib.suppress(ClaimLost):
            await self.station.db(self.work.engine_died, piece, sentence)
