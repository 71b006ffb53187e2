"""A swap is a state machine: what it does after each event, and what it refuses to believe."""

from typing import Any

import pytest

from gpu_worker.core.scheduler import Selection
from gpu_worker.core.swapper import (
    TRANSITIONS,
    Abandoned,
    Admitted,
    Answered,
    Bring,
    Broke,
    Check,
    Checked,
    Drain,
    Drained,
    IllegalTransition,
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

OLD = Selection(mode="one_shot", model_config_id=1)
NEW = Selection(mode="one_shot", model_config_id=2)
WISH = Taken(swap_id=7, target=NEW)
COLD = Taken(swap_id=7, target=NEW, cold=True)


def show(phase: Phase, reason: str = "") -> Show:
    return Show(swap_id=7, phase=phase, reason=reason)


@pytest.fixture
def serving_old() -> Swapper:
    swapper = Swapper()
    swapper.begin(OLD)
    return swapper


def after(swapper: Swapper, *events) -> list:
    """What the last of `events` leads to."""
    return [swapper.handle(event) for event in events][-1]


def test_a_worker_that_serves_nothing_admits_nothing():
    with pytest.raises(IllegalTransition):
        Swapper().handle(Admitted(request=1))


def test_a_wish_first_drains(serving_old):
    assert serving_old.handle(WISH) == [show(Phase.DRAINING), Drain()]


def test_nothing_is_admitted_while_a_swap_runs(serving_old):
    serving_old.handle(WISH)
    with pytest.raises(IllegalTransition):
        serving_old.handle(Admitted(request=1))


def test_what_is_in_hand_may_still_be_answered_while_draining(serving_old):
    assert after(serving_old, Admitted(request=1), WISH, Answered(request=1)) == []


def test_nothing_is_moved_while_a_request_is_in_hand(serving_old):
    with pytest.raises(IllegalTransition, match="in hand"):
        after(serving_old, Admitted(request=1), WISH, Drained())


def test_when_drained_room_is_made(serving_old):
    assert after(serving_old, WISH, Drained()) == [show(Phase.MAKING_ROOM), MakeRoom(target=NEW)]


@pytest.mark.parametrize("phase", [Phase.LOADING, Phase.WAKING])
def test_then_the_target_is_brought_from_where_it_is(serving_old, phase):
    actions = after(serving_old, WISH, Drained(), RoomMade(next=phase))
    assert actions == [show(phase), Bring(target=NEW)]


def test_a_target_that_is_awake_already_is_only_checked(serving_old):
    actions = after(serving_old, WISH, Drained(), RoomMade(next=Phase.CHECKING))
    assert actions == [show(Phase.CHECKING), Check(target=NEW)]


def test_making_room_cannot_lead_to_ready(serving_old):
    with pytest.raises(IllegalTransition):
        after(serving_old, WISH, Drained(), RoomMade(next=Phase.READY))


def test_a_checked_target_serves(serving_old):
    actions = after(serving_old, WISH, Drained(), RoomMade(next=Phase.LOADING), Started(), Checked())
    assert actions == [Serve(swap_id=7, phase=Phase.READY, selection=NEW)]


def test_after_ready_work_is_admitted_again(serving_old):
    after(serving_old, WISH, Drained(), RoomMade(next=Phase.LOADING), Started(), Checked())
    assert serving_old.admits


def test_what_is_on_disk_alone_is_prepared_first(serving_old):
    assert serving_old.handle(COLD) == [show(Phase.PREPARING), Prepare(target=NEW)]


def test_while_the_target_is_prepared_the_present_selection_serves_on(serving_old):
    after(serving_old, COLD, Admitted(request=1))
    assert (serving_old.serving, serving_old.admits) == (OLD, True)


def test_when_it_is_prepared_the_drain_begins_and_nothing_more_is_admitted(serving_old):
    assert after(serving_old, COLD, Prepared()) == [show(Phase.DRAINING), Drain()]
    assert not serving_old.admits


def test_a_target_that_cannot_be_prepared_has_touched_nothing(serving_old):
    actions = after(serving_old, COLD, Admitted(request=1), Broke(reason="The hub is gone."))
    assert actions == [Serve(swap_id=7, phase=Phase.ROLLED_BACK, selection=OLD, reason="The hub is gone.")]
    assert serving_old.in_hand == {1}


def test_where_nothing_serves_there_is_nothing_to_roll_back_to():
    actions = after(Swapper(), COLD, Broke(reason="The hub is gone."))
    assert actions == [Serve(swap_id=7, phase=Phase.FAILED, selection=None, reason="The hub is gone.")]


def test_a_newer_wish_ends_the_preparing_of_an_older_one(serving_old):
    actions = after(serving_old, COLD, Abandoned())
    assert actions == [Serve(swap_id=7, phase=Phase.SUPERSEDED, selection=OLD)]


def test_an_engine_that_is_lost_outside_of_a_swap_serves_no_more_until_one_is_begun(serving_old):
    serving_old.lost()
    assert not serving_old.admits
    serving_old.begin(NEW)
    assert serving_old.admits


def test_a_swap_that_runs_finds_a_loss_by_its_own_steps(serving_old):
    serving_old.handle(WISH)
    with pytest.raises(IllegalTransition):
        serving_old.lost()


@pytest.mark.parametrize("swapping", [False, True])
def test_nothing_is_begun_where_something_serves_or_is_about_to(swapping):
    swapper = Swapper()
    if swapping:
        swapper.handle(WISH)
    else:
        swapper.begin(OLD)
    with pytest.raises(IllegalTransition):
        swapper.begin(NEW)


def test_what_is_started_while_the_target_is_prepared_serves_and_is_what_a_swap_rolls_back_to():
    swapper = Swapper()
    swapper.handle(COLD)
    swapper.begin(OLD)
    assert swapper.admits
    actions = after(swapper, Prepared(), Drained(), Broke(reason="No memory."))
    assert actions[1] == Restore(broken=NEW, previous=OLD)


BREAKS = {
    "making room": [Drained()],
    "loading": [Drained(), RoomMade(next=Phase.LOADING)],
    "waking": [Drained(), RoomMade(next=Phase.WAKING)],
    "checking": [Drained(), RoomMade(next=Phase.LOADING), Started()],
}


@pytest.mark.parametrize("before", BREAKS.values(), ids=BREAKS.keys())
def test_whatever_breaks_the_previous_selection_is_brought_back(serving_old, before):
    actions = after(serving_old, WISH, *before, Broke(reason="No memory."))
    assert actions == [show(Phase.ROLLING_BACK, "No memory."), Restore(broken=NEW, previous=OLD)]


def test_a_swap_that_was_rolled_back_says_why_and_the_previous_serves(serving_old):
    actions = after(serving_old, WISH, Drained(), Broke(reason="No memory."), Restored())
    assert actions == [Serve(swap_id=7, phase=Phase.ROLLED_BACK, selection=OLD, reason="No memory.")]


def test_when_the_previous_does_not_come_back_either_nothing_serves_and_both_reasons_are_kept(serving_old):
    actions = after(serving_old, WISH, Drained(), Broke(reason="No memory."), Broke(reason="File gone."))
    assert actions == [Serve(swap_id=7, phase=Phase.FAILED, selection=None, reason="No memory. File gone.")]


def test_with_nothing_to_bring_back_a_break_ends_the_swap_at_once():
    actions = after(Swapper(), WISH, Drained(), Broke(reason="No memory."))
    assert actions == [Serve(swap_id=7, phase=Phase.FAILED, selection=None, reason="No memory.")]


def test_the_reason_of_one_swap_is_not_that_of_the_next(serving_old):
    after(serving_old, WISH, Drained(), Broke(reason="No memory."), Restored())
    actions = after(serving_old, WISH, Drained(), RoomMade(next=Phase.CHECKING), Checked())
    assert actions == [Serve(swap_id=7, phase=Phase.READY, selection=NEW)]


def test_a_second_wish_is_not_taken_while_one_runs(serving_old):
    with pytest.raises(IllegalTransition):
        after(serving_old, WISH, WISH)


def test_a_request_is_answered_once(serving_old):
    with pytest.raises(IllegalTransition):
        after(serving_old, Admitted(request=1), Answered(request=1), Answered(request=1))


def test_every_phase_of_the_machine_is_one_that_a_swap_row_knows():
    from models_admin.models import Phase as RowPhase

    assert {phase.value for phase in Phase} <= set(RowPhase.values)


WAYS: dict[Phase | None, list[Any]] = {  # to every phase that runs
    Phase.PREPARING: [COLD],
    Phase.DRAINING: [WISH],
    Phase.MAKING_ROOM: [WISH, Drained()],
    Phase.LOADING: [WISH, Drained(), RoomMade(next=Phase.LOADING)],
    Phase.WAKING: [WISH, Drained(), RoomMade(next=Phase.WAKING)],
    Phase.CHECKING: [WISH, Drained(), RoomMade(next=Phase.CHECKING)],
    Phase.ROLLING_BACK: [WISH, Drained(), Broke(reason="No memory.")],
}
STEPS = [
    WISH,
    Prepared(),
    Abandoned(),
    Drained(),
    RoomMade(next=Phase.LOADING),
    Started(),
    Checked(),
    Broke(reason="It broke."),
    Restored(),
]
STRAY = [(None, step) for step in STEPS if not isinstance(step, Taken)] + [
    (phase, step) for phase in WAYS for step in STEPS if (phase, type(step)) not in TRANSITIONS
]


@pytest.mark.parametrize(("phase", "step"), STRAY, ids=lambda value: str(value).partition("(")[0])
def test_what_cannot_happen_in_a_phase_is_refused_and_changes_nothing(serving_old, phase, step):
    for event in WAYS.get(phase, []):
        serving_old.handle(event)
    before = dict(vars(serving_old))
    with pytest.raises(IllegalTransition):
        serving_old.handle(step)
    assert vars(serving_old) == before


def test_every_phase_of_the_table_is_reached_and_left(serving_old):
    assert {phase for phase, _ in TRANSITIONS} == {None, *WAYS}


def test_every_phase_that_runs_can_break_except_draining():
    running = {phase for phase, _ in TRANSITIONS if phase}
    breakable = {phase for phase, event in TRANSITIONS if event is Broke}
    assert running - breakable == {Phase.DRAINING}
