"""Random walks through wishes, requests and failures: never over budget, every request answered once."""

from collections import Counter
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gpu_worker.core.residency import AFTER, Budget, DoesNotFit, Move, Resident, Tier, plan
from gpu_worker.core.scheduler import Selection
from gpu_worker.core.swapper import (
    Abandoned,
    Admitted,
    Answered,
    Bring,
    Broke,
    Check,
    Checked,
    Drain,
    Drained,
    MakeRoom,
    Phase,
    Prepare,
    Prepared,
    Restore,
    Restored,
    RoomMade,
    Serve,
    Show,
    Started,
    Swapper,
    Taken,
)

BUDGET = Budget(gpu_gib=24, host_gib=30)
SIZES_GIB = {1: 15.0, 2: 14.0, 3: 6.0, 4: 23.0, 5: 30.0}  # 5 never fits


class World(RuleBasedStateMachine):
    """A shell with a pretended GPU: it does what the pure core says, or breaks where hypothesis wants it."""

    @initialize(first=st.sampled_from([1, 2, 3]))
    def start(self, first: int) -> None:
        self.swapper = Swapper()
        self.tiers = dict.fromkeys(SIZES_GIB, Tier.DISK)
        self.tiers[first] = Tier.GPU
        self.swapper.begin(Selection(mode="one_shot", model_config_id=first))
        self.todo: list = []
        self.asked: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()
        self.swaps = 0
        self.ends: Counter[int] = Counter()

    def residents(self) -> list[Resident]:
        return [
            Resident(id=id_, tier=self.tiers[id_], gpu_gib=size, host_gib=size, asleep_gpu_gib=0.5)
            for id_, size in SIZES_GIB.items()
        ]

    @precondition(lambda self: self.swapper.admits)
    @rule()
    def a_request_is_admitted(self) -> None:
        request = sum(self.asked.values())
        self.asked[request] += 1
        self.swapper.handle(Admitted(request=request))

    @precondition(lambda self: self.swapper.in_hand)
    @rule(data=st.data())
    def a_request_is_answered(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(sorted(cast(set[int], self.swapper.in_hand))))
        self.answered[request] += 1
        self.swapper.handle(Answered(request=request))

    @precondition(lambda self: self.swapper.phase is None and not self.todo)
    @rule(wanted=st.sampled_from(sorted(SIZES_GIB)))
    def a_wish_is_taken(self, wanted: int) -> None:
        self.swaps += 1
        wish = Selection(mode="one_shot", model_config_id=wanted)
        cold = self.tiers[wanted] is Tier.DISK
        self.todo = self.swapper.handle(Taken(swap_id=self.swaps, target=wish, cold=cold))

    @precondition(lambda self: self.swapper.phase is Phase.PREPARING and self.todo)
    @rule()
    def a_newer_wish_ends_the_preparing(self) -> None:
        self.todo = self.swapper.handle(Abandoned())

    @precondition(lambda self: self.swapper.may_begin)
    @rule(first=st.sampled_from([1, 2, 3]))
    def a_selection_is_started_without_a_wish(self, first: int) -> None:
        """Also while a wish is prepared."""
        self.make_room(first)
        self.bring(first)
        self.swapper.begin(Selection(mode="one_shot", model_config_id=first))

    @precondition(lambda self: self.todo)
    @rule(breaks=st.booleans())
    def the_shell_does_its_next_step(self, breaks: bool) -> None:
        action = self.todo.pop(0)
        event = self.perform(action, breaks)
        if event:
            self.todo.extend(self.swapper.handle(event))

    def perform(self, action, breaks: bool):
        match action:
            case Show():
                return None
            case Serve():
                self.ends[action.swap_id] += 1
                return None
            case Prepare():
                return Broke(reason="It broke.") if breaks else self.prepare(action.target.model_config_id)
            case Drain():
                for request in sorted(cast(set[int], self.swapper.in_hand)):
                    self.answered[request] += 1
                    self.swapper.handle(Answered(request=request))
                return Drained()
            case MakeRoom():
                return Broke(reason="It broke.") if breaks else self.make_room(action.target.model_config_id)
            case Bring():
                return Broke(reason="It broke.") if breaks else self.bring(action.target.model_config_id)
            case Check():
                if breaks:
                    self.tiers[action.target.model_config_id] = Tier.DISK
                    return Broke(reason="It answered something else.")
                return Checked()
            case Restore():
                self.tiers[action.broken.model_config_id] = Tier.DISK
                previous = action.previous.model_config_id
                if breaks or isinstance(self.make_room(previous), Broke):
                    return Broke(reason="It is gone.")
                self.bring(previous)
                return Restored()

    def prepare(self, target: int):
        """Load it beside what serves, where there is room."""
        serving = self.swapper.serving and self.swapper.serving.model_config_id
        residents = [replace(resident, pinned=resident.id == serving) for resident in self.residents()]
        try:
            steps = plan([target], residents, BUDGET)
        except DoesNotFit:
            return Prepared()
        for step in steps:
            self.tiers[step.id] = AFTER[step.move]
        return Prepared()

    def make_room(self, target: int):
        try:
            steps = plan([target], self.residents(), BUDGET)
        except DoesNotFit as refusal:
            return Broke(reason=str(refusal))
        for step in steps:
            if step.move in (Move.SLEEP, Move.UNLOAD):
                self.tiers[step.id] = AFTER[step.move]
        moves = [step.move for step in steps]
        loading = Phase.LOADING if Move.LOAD in moves else Phase.WAKING
        return RoomMade(next=loading if {Move.LOAD, Move.WAKE} & set(moves) else Phase.CHECKING)

    def bring(self, target: int):
        for step in plan([target], self.residents(), BUDGET):
            assert step.move in (Move.LOAD, Move.WAKE), "room was made before"
            self.tiers[step.id] = AFTER[step.move]
        return Started()

    @invariant()
    def the_budgets_hold(self) -> None:
        assert sum(r.held_gpu_gib for r in self.residents()) <= BUDGET.gpu_gib
        assert sum(r.held_host_gib for r in self.residents()) <= BUDGET.host_gib

    @invariant()
    def no_request_is_answered_twice_or_without_being_asked(self) -> None:
        assert all(self.answered[request] <= self.asked[request] == 1 for request in self.asked)

    @invariant()
    def what_serves_and_admits_is_awake(self) -> None:
        if self.swapper.admits:
            assert self.tiers[self.swapper.serving.model_config_id] is Tier.GPU

    def teardown(self) -> None:
        """Let the walk come to its end: every swap ends once, every request is answered."""
        if not hasattr(self, "swapper"):
            return
        while self.todo:
            self.the_shell_does_its_next_step(breaks=False)
        for request in sorted(cast(set[int], self.swapper.in_hand)):
            self.answered[request] += 1
            self.swapper.handle(Answered(request=request))
        assert self.answered == self.asked
        assert all(self.ends[swap] == 1 for swap in range(1, self.swaps + 1))


TestWorld = World.TestCase
TestWorld.settings = settings(
    max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
pytestmark = pytest.mark.filterwarnings("default")
