"""Move engines as the agenda says: gather what is known, ask for the next move, and make it."""

import asyncio
from collections.abc import Callable

from django.conf import settings

from gpu_worker.core.agenda import Known, Move, Mover, SwapStage, next_move
from gpu_worker.core.scheduler import Decision, Selection, Serve, Switch
from gpu_worker.core.swapper import Action, Phase, Taken
from gpu_worker.moves import selections
from gpu_worker.moves.mover_slot import MoverSlot
from gpu_worker.moves.station import Station
from gpu_worker.moves.swap_run import SwapRun
from gpu_worker.moves.switch_run import SwitchRun
from gpu_worker.moves.trial_run import TrialRun
from gpu_worker.tasks import Task, finish_or_cancel
from gpu_worker.work.engine_work import EngineWork
from models_admin.swaps import swap_rows


class Arbiter:
    """`ended` is called with every task that has ended."""

    def __init__(self, station: Station, work: EngineWork, ended: Callable[[Task], None]) -> None:
        self._station, self._work, self._ended = station, work, ended
        self._mover = MoverSlot(ended)
        self._swap: SwapRun | None = None
        self._swap_task: Task | None = None
        self._switches = SwitchRun(station, lambda: work.tasks)
        self.trials = TrialRun(station, lambda: work.tasks, self.staying)

    async def act(self) -> bool:
        """Make the next move. Return whether to look again at once."""
        wish_waits = await self._station.db(swap_rows.has_waiting_wish, self._station.row)
        move, decision, selected = next_move(self._known(wish_waits)), None, self._station.swapper.serving
        if move is Move.ASK and selected:
            decision = await self._station.turns.decide(selected)
            if self._station.swapper.serving != selected:
                return True
            move = next_move(self._known(wish_waits, decision))
        return await self._make(move, decision)

    def _known(self, wish_waits: bool, decision: Decision | None = None) -> Known:
        at, selected = self._station, self._station.swapper.serving
        return Known(
            swap=self._stage,
            mover=self._mover.mover,
            ending=self._swap.is_abandoned if self._swap else self._mover.is_ending,
            wish_waits=wish_waits,
            serves=selected is not None,
            lost=at.turns.has_lost,
            exhausted=at.recovery.exhausted,
            pinned=at.turns.selection not in (None, selected),
            start_wanted=at.recovery.start_wanted,
            trial_waits=self.trials.waits,
            trial_needs_room=self.trials.needs_room is not None,
            decision=decision,
        )

    @property
    def _stage(self) -> SwapStage | None:
        if self._swap is None:
            return None
        preparing = self._station.swapper.phase is Phase.PREPARING
        return SwapStage.PREPARING if preparing else SwapStage.MOVING

    async def _make(self, move: Move, decision: Decision | None) -> bool:
        match move, decision:
            case Move.NOTHING, _:
                return False
            case Move.SERVE, Serve() as serve:
                return await self._serve(serve)
            case Move.SWITCH, Switch() as switch:
                self._mover.begin(Mover.SWITCH, self._switches.perform(switch))
            case Move.TAKE_WISH, _:
                await self._take_wish()
            case Move.ABANDON, _:
                (self._swap or self._mover).abandon()
            case Move.FAIL_PINNED, _:
                await self._fail_pinned()
            case Move.GIVE_UP, _:
                self._station.turns.end()
                await self._station.recovery.give_up()
            case Move.START, _:
                await self._start()
            case Move.TRY, _:
                await self._try_beside()
            case Move.TRY_EXCLUSIVELY, _:
                self._try_exclusively()
        return True

    # What is going on

    @property
    def tasks(self) -> list[Task]:
        """Those that move engines, or prepare to."""
        return [*self._mover.tasks, *([self._swap_task] if self._swap_task else [])]

    def staying(self) -> tuple[int, ...]:
        """The engines that what is going on needs where they are."""
        at = self._station
        selected = [each.engines for each in (at.swapper.serving, at.recovery.starting) if each]
        return (*(id_ for engines in selected for id_ in engines), *at.turns.engines, *self._work.engines)

    def in_use(self) -> tuple[int, ...]:
        """Those engines, and the ones that a person wishes for."""
        return (*self.staying(), *(self._swap.engines if self._swap else ()))

    # Moves

    async def _serve(self, serve: Serve) -> bool:
        taken = await self._work.take(serve.stage, serve.count)
        return taken > 0 and serve.stage.selection.parser_id is not None  # its partner may have work as well

    async def _start(self) -> None:
        if self._station.swapper.serving:
            self._station.turns.end()
            await self._station.recovery.handle_loss()
        self._mover.begin(Mover.START, self._run_start())

    async def _run_start(self) -> None:
        try:
            await self._station.recovery.start()
        finally:
            self._begin_turn()

    async def _fail_pinned(self) -> None:
        """Fail the work that engines were lost for; what is selected serves on."""
        at = self._station
        if at.turns.selection:
            await self._switches.fail_pinned(at.turns.selection, at.recovery.why_lost)
        at.recovery.record_answer()

    async def _try_beside(self) -> None:
        if trial := await self.trials.take():
            self._mover.begin(Mover.TRIAL, self.trials.try_beside(trial))

    def _try_exclusively(self) -> None:
        trial, self.trials.needs_room = self.trials.needs_room, None
        if trial:
            self._mover.begin(Mover.EXCLUSIVE_TRIAL, self.trials.try_exclusively(trial))

    async def _take_wish(self) -> None:
        at, loaded = self._station, self._station.fleet.specs()
        is_loaded = lambda row: loaded.get(row.pk) == selections.spec_of(row)  # noqa: E731
        wanted = await at.db(swap_rows.take_wish, at.row, is_loaded)
        if wanted is None:  # it was taken back
            return
        parser_id = wanted.parser.pk if wanted.parser else None
        target = Selection(mode=wanted.mode, model_config_id=wanted.model_config.pk, parser_id=parser_id)
        self._swap = SwapRun(wanted, at.swapper, at.fleet, at.db, at.metrics, self._drain, self.staying)
        taken = Taken(swap_id=wanted.swap_id, target=target, cold=wanted.cold)
        _written_when_taken, *actions = at.swapper.handle(taken)
        self._swap_task = asyncio.create_task(self._run_swap(self._swap, actions))
        self._swap_task.add_done_callback(self._ended)

    async def _run_swap(self, swap: SwapRun, actions: list[Action]) -> None:
        at = self._station
        try:
            await swap.perform(actions)
        finally:
            self._swap = self._swap_task = None
            at.recovery.record_swap()
            if at.swapper.serving != swap.previous or at.turns.has_lost:  # else the turn goes on
                self._begin_turn()

    async def _drain(self) -> None:
        """Finish or put back what is in hand, and end what moves engines beside the swap."""
        self._mover.abandon()
        await finish_or_cancel([*self._work.tasks, *self._mover.tasks], settings.DRAIN_S)

    def _begin_turn(self) -> None:
        if selected := self._station.swapper.serving:
            self._station.turns.begin(selected)
        else:
            self._station.turns.end()
