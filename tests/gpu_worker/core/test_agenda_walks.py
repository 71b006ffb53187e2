"""Random histories of wishes, losses, trials and failures: one mover at a time, no wish starves, no loss is forgotten."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gpu_worker.core.agenda import Known, Move, Mover, SwapStage, next_move
from gpu_worker.core.scheduler import Decision, Pace, Selection, Serve, Stage, Switch, Wait

HERE = Selection(mode="one_shot", model_config_id=1)
SERVE = Serve(stage=Stage(engine=1, selection=HERE, pace=Pace(fixed_s=1, each_s=1, most=4)), count=1)
SWITCH = Switch(engine=2, selection=Selection(mode="one_shot", model_config_id=2))
LOSSES_IN_A_ROW = 2
MOVES_AT_ONCE = 12  # more without a pause would be a loop that never waits


class World(RuleBasedStateMachine):
    """A worker without engines: it does what the agenda says, and hypothesis decides what comes of it."""

    @initialize(started=st.booleans())
    def the_worker_starts(self, *, started: bool) -> None:
        self.swap: SwapStage | None = None
        self.drained = False  # of a swap that is past its preparing
        self.swap_ending = self.mover_ending = False
        self.mover: Mover | None = None
        self.serves, self.lost, self.pinned = False, False, False
        self.start_wanted, self.told = True, False  # a person, that nothing serves
        self.losses = 0
        self.wishes = self.taken = 0
        self.trial_waits = self.trial_needs_room = False
        self.decision: Decision = Wait()
        self.settle()
        if started:
            self.a_mover_ends(succeeds=True)

    # The shell

    def known(self, decision: Decision | None) -> Known:
        return Known(
            swap=self.swap,
            mover=self.mover,
            ending=self.swap_ending if self.swap else self.mover_ending,
            wish_waits=self.wishes > self.taken,
            serves=self.serves,
            lost=self.lost,
            exhausted=self.losses > LOSSES_IN_A_ROW,
            pinned=self.pinned,
            start_wanted=self.start_wanted,
            trial_waits=self.trial_waits,
            trial_needs_room=self.trial_needs_room,
            decision=decision,
        )

    def settle(self) -> None:
        """Make one move after the other until there is nothing to do but to wait."""
        for _ in range(MOVES_AT_ONCE):
            move = next_move(self.known(None))
            if move is Move.ASK:
                move = next_move(self.known(self.decision))
            if move in (Move.NOTHING, Move.SERVE):
                self.check_served(move)
                return
            self.perform(move)
        raise AssertionError("the worker makes one move after the other and never waits")

    def check_served(self, move: Move) -> None:
        if move is Move.SERVE:
            assert self.serves, "work is served by nothing"
            assert self.swap is not SwapStage.MOVING, "work is served while a swap moves engines"
            assert self.mover in (None, Mover.TRIAL), "work is served while something has the GPU"

    def perform(self, move: Move) -> None:
        match move:
            case Move.TAKE_WISH:
                self.take()
            case Move.ABANDON:
                self.abandon()
            case Move.FAIL_PINNED:
                assert self.pinned, "work is failed that did not cost an engine"
                self.losses, self.pinned = 0, False
            case Move.GIVE_UP:
                assert not self.pinned, "the selection is given up for the losses of pinned work"
                self.serves = self.lost = self.start_wanted = False
                self.told = True
            case Move.START:
                assert self.losses <= LOSSES_IN_A_ROW, "it is started in vain"
                assert self.swap is None, "it is started though a swap is prepared"
                self.serves = self.lost = self.pinned = self.told = False
                self.start_wanted = True
                self.begin(Mover.START)
            case Move.SWITCH:
                self.begin(Mover.SWITCH)
            case Move.TRY:
                self.trial_waits = False
                self.begin(Mover.TRIAL)
            case Move.TRY_EXCLUSIVELY:
                self.trial_needs_room = False
                self.begin(Mover.EXCLUSIVE_TRIAL)
            case _:
                raise AssertionError(f"{move} is nothing to perform")

    def begin(self, mover: Mover) -> None:
        assert self.mover is None, f"{mover} begins while {self.mover} moves engines"
        assert self.swap is not SwapStage.MOVING, f"{mover} begins while a swap moves engines"
        assert self.wishes == self.taken, f"{mover} begins before the wish that waits"
        self.mover, self.mover_ending = mover, False

    def abandon(self) -> None:
        """End what is prepared, else the mover."""
        assert self.swap or self.mover, "there is nothing to abandon"
        if self.swap:
            assert not self.swap_ending, "it was abandoned already"
            self.swap_ending = True
        else:
            assert not self.mover_ending, "it was abandoned already"
            self.mover_ending = True

    def take(self) -> None:
        assert self.swap is None, "a wish is taken while a swap runs"
        assert self.mover in (None, Mover.START), f"a wish is taken while {self.mover} moves engines"
        self.taken = self.wishes
        self.swap, self.swap_ending = SwapStage.PREPARING, False

    def drain(self) -> None:
        self.swap, self.drained, self.mover_ending = SwapStage.MOVING, False, self.mover is not None

    def swap_ends(self) -> None:
        self.swap = None
        self.losses = 0
        self.start_wanted = self.start_wanted and not self.serves
        self.told = not self.serves

    # What happens

    @precondition(lambda self: self.wishes == self.taken)  # a newer one would take the place of this one
    @rule()
    def a_person_wishes(self) -> None:
        self.wishes += 1
        self.settle()

    @precondition(lambda self: not self.trial_waits)
    @rule()
    def a_person_asks_for_a_trial(self) -> None:
        self.trial_waits = True
        self.settle()

    @rule(decision=st.sampled_from([SERVE, SWITCH, Wait()]))
    def work_waits(self, decision: Decision) -> None:
        self.decision = decision
        self.settle()

    @precondition(lambda self: self.serves)
    @rule(times=st.sampled_from([1, LOSSES_IN_A_ROW + 1]))
    def an_engine_dies(self, times: int) -> None:
        """Some die while they are brought back, too; then several losses are seen at once."""
        self.lost = True
        self.losses += times
        self.settle()

    @precondition(lambda self: self.serves and not self.lost)
    @rule()
    def an_engine_answers(self) -> None:
        self.losses = 0
        self.settle()

    @precondition(lambda self: self.swap is SwapStage.PREPARING)
    @rule(broke=st.booleans())
    def preparing_ends(self, broke: bool) -> None:
        if broke or self.swap_ending:
            self.swap_ends()
        else:
            self.drain()
        self.settle()

    @precondition(lambda self: self.swap is SwapStage.MOVING and self.mover is None)
    @rule(served=st.sampled_from(["target", "previous", "nothing"]))
    def a_swap_moves_on(self, served: str) -> None:
        """It is drained first; then its target serves, or what served before, or nothing."""
        if not self.drained:
            self.drained = True
            return
        self.serves = served == "target" or (served == "previous" and self.serves)
        self.lost = self.pinned = False
        self.swap_ends()
        self.settle()

    @precondition(lambda self: self.mover is not None)
    @rule(succeeds=st.booleans())
    def a_mover_ends(self, succeeds: bool) -> None:
        ended, cancelled = self.mover, self.mover_ending
        self.mover, self.mover_ending = None, False
        match ended:
            case Mover.START:
                self.a_start_ends(succeeds=succeeds, cancelled=cancelled)
            case Mover.SWITCH if not cancelled:
                self.lost, self.pinned = not succeeds, succeeds
            case Mover.TRIAL:
                self.trial_waits = self.trial_waits or cancelled
                self.trial_needs_room = not (succeeds or cancelled)
            case Mover.EXCLUSIVE_TRIAL:
                self.trial_waits = self.trial_waits or cancelled
                self.lost = cancelled or not succeeds  # the trial had sent what serves to sleep
        self.settle()

    def a_start_ends(self, *, succeeds: bool, cancelled: bool) -> None:
        if cancelled:
            return
        self.serves, self.start_wanted = succeeds, False
        self.told = not succeeds

    # What holds

    @invariant()
    def no_two_things_move_engines(self) -> None:
        assert not (self.swap is SwapStage.MOVING and self.drained and self.mover), "two things move engines"

    @invariant()
    def a_wish_that_waits_is_being_made_way_for(self) -> None:
        if self.wishes > self.taken:
            ends = self.swap_ending if self.swap else self.mover_ending
            assert self.swap is SwapStage.MOVING or ends, "nothing ends for the wish that waits"

    @invariant()
    def a_loss_is_seen_to(self) -> None:
        if self.serves and self.lost:
            assert self.swap or self.mover, "nothing brings back what was lost"
        if not self.serves:
            assert self.swap or self.mover is Mover.START or self.told, "nothing serves, and nobody was told"
            assert self.swap or self.mover or not self.start_wanted, "a start is wanted and does not begin"

    def teardown(self) -> None:
        """Let everything end well: the last wish was taken, and something serves, or a person was told."""
        if not hasattr(self, "swap"):
            return
        for _ in range(20):
            if self.mover:
                self.a_mover_ends(succeeds=True)
            elif self.swap is SwapStage.PREPARING:
                self.preparing_ends(broke=False)
            elif self.swap is SwapStage.MOVING:
                self.a_swap_moves_on(served="target")
        assert self.taken == self.wishes, "a wish was never taken"
        assert not self.lost, "a lost engine was never brought back"
        assert self.serves or self.told, "nothing serves, and nobody was told"


TestWorld = World.TestCase
TestWorld.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
