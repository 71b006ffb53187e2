"""Which work is served next, and when the GPU goes to another engine: switches are shared, nobody starves."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_worker.core.scheduler import (
    GATE,
    QUANTUM,
    Pace,
    Selection,
    Serve,
    Stage,
    Switch,
    Turn,
    Wait,
    decide,
    least_promise_s,
)
from tests.benchmarks._simulation import ASK_AGAIN_S, Resume, Simulation

ACTIVE = Selection(mode="one_shot", model_config_id=1)
OTHER = Selection(mode="one_shot", model_config_id=2)


def test_a_pair_names_its_parser_first():
    assert Selection(mode="hybrid", model_config_id=2, parser_id=1).engines == (1, 2)


# Decisions. One batch of 4 takes 8 s, a switch 10 s, the promise is 500 s.

PARSER, REASONER, THIRD = 1, 2, 3
PAIR = Selection(mode="hybrid", model_config_id=REASONER, parser_id=PARSER)
PINNED = Selection(mode="one_shot", model_config_id=THIRD)
PACE = Pace(fixed_s=4, each_s=1, most=4)
PROMISE_S = 500.0
PARSE = Stage(engine=PARSER, selection=PAIR, pace=PACE)
REASON = Stage(engine=REASONER, selection=PAIR, pace=PACE, switch_s=10.0)
PINNED_WORK = Stage(engine=THIRD, selection=PINNED, pace=PACE, switch_s=10.0, ready=5, oldest_wait_s=50)
TO_REASON = Switch(engine=REASONER, selection=PAIR)
TO_PINNED = Switch(engine=THIRD, selection=PINNED)


def after(seconds: float, here: Stage, *away: Stage, answered: int | None = None, selected: Selection = PAIR):
    """The decision when `here` has had its turn for `seconds`, at its full rate unless said otherwise."""
    full = int(seconds / PACE.share_s) if answered is None else answered
    return decide(Turn(stage=here, seconds=seconds, answered=full), [here, *away], selected, PROMISE_S)


def with_ready(stage: Stage, ready: int, oldest_wait_s: float = 20.0, **more) -> Stage:
    return replace(stage, ready=ready, oldest_wait_s=oldest_wait_s, **more)


def test_with_nothing_to_do_it_waits():
    assert after(100, PARSE) == Wait()


def test_after_work_for_others_the_selections_first_engine_comes_back():
    here = Stage(engine=THIRD, selection=PINNED, pace=PACE)
    assert after(100, here) == Switch(engine=PARSER, selection=PAIR)


def test_it_does_not_come_back_while_something_is_in_hand():
    assert after(100, Stage(engine=THIRD, selection=PINNED, pace=PACE, in_hand=1)) == Wait()


def test_what_is_served_fills_the_room_that_there_is():
    here = with_ready(PARSE, 9, in_hand=1)
    assert after(5, here) == Serve(stage=here, count=3)


def test_without_room_it_waits():
    assert after(5, with_ready(PARSE, 9, in_hand=4)) == Wait()


def test_ready_work_is_served_on_however_much_waits_in_the_other_stage():
    here = with_ready(PARSE, 1)
    assert after(70, here, with_ready(REASON, 900, 30)) == Serve(stage=here, count=1)


def test_when_all_are_parsed_the_reasoner_comes():
    assert after(100, PARSE, with_ready(REASON, 200)) == TO_REASON


def test_what_was_parsed_last_is_waited_for():
    assert after(100, replace(PARSE, in_hand=3), with_ready(REASON, 200)) == Wait()


def test_an_engine_that_works_on_a_trickle_is_left_when_that_has_cost_a_switch():
    here = replace(PARSE, in_hand=1)
    assert after(100, here, with_ready(REASON, 200), answered=46) == Wait()  # 6 s lost of 10
    assert after(100, here, with_ready(REASON, 200), answered=40) == TO_REASON


def test_a_trickle_is_not_left_for_less():
    here = replace(PARSE, in_hand=1)
    assert after(100, here, with_ready(REASON, 1), answered=0) == Wait()


CHEAP = {"switch_s": 0.19}  # an evaluation takes 2 s of a full batch


def test_where_switches_are_cheap_the_longest_waiting_is_next():
    assert after(1, with_ready(PARSE, 3, 5), with_ready(REASON, 3, 6, **CHEAP)) == TO_REASON


def test_where_switches_are_cheap_equals_stay():
    here = with_ready(PARSE, 3, 6)
    assert after(1, here, with_ready(REASON, 3, 6, **CHEAP)) == Serve(stage=here, count=3)


def test_engines_that_are_awake_together_are_served_without_a_switch():
    other = with_ready(REASON, 3, 6, switch_s=0.0)
    assert after(1, with_ready(PARSE, 3, 5), other) == Serve(stage=other, count=3)


def late(oldest_wait_s: float, **more) -> Stage:
    return replace(PINNED_WORK, oldest_wait_s=oldest_wait_s, **more)


def test_work_that_nears_its_promise_forces_a_switch():
    here = with_ready(PARSE, 9, 20)
    assert after(20, here, late(489)) == Serve(stage=here, count=4)
    assert after(20, here, late(490)) == TO_PINNED


def test_what_is_in_hand_counts_to_the_way_there():
    here = with_ready(PARSE, 9, 20, in_hand=4)
    assert after(20, here, late(481)) == Wait()
    assert after(20, here, late(482)) == TO_PINNED


@pytest.mark.parametrize(("switch_s", "too_early_s", "late_enough_s"), [(10.0, 9.9, 10.0), (3.0, 7.9, 8.0)])
def test_nothing_forces_a_switch_before_the_shortest_stay(switch_s, too_early_s, late_enough_s):
    here, other = with_ready(PARSE, 9, 20), late(600, switch_s=switch_s)
    assert after(too_early_s, here, other) == Serve(stage=here, count=4)
    assert after(late_enough_s, here, other) == TO_PINNED


def test_no_promise_parts_the_pair_before_its_gate():
    here, other = with_ready(PARSE, 9, 20), with_ready(REASON, 1, 600)
    assert after(GATE * 10 - 1, here, other) == Serve(stage=here, count=4)
    assert after(GATE * 10, here, other) == TO_REASON


def test_of_those_that_force_the_oldest_goes_first():
    reason = with_ready(REASON, 100, 495)
    assert (
        after(GATE * 10, with_ready(PARSE, 9), reason, replace(PINNED_WORK, oldest_wait_s=496)) == TO_PINNED
    )


def test_nobody_is_left_for_somebody_who_waits_no_longer():
    here = with_ready(PARSE, 9, 495)
    assert after(GATE * 10, here, with_ready(REASON, 1, 495)) == Serve(stage=here, count=4)


def test_where_both_stages_are_late_what_waited_when_the_turn_began_is_served_first():
    here, other = with_ready(PARSE, 9, 600), with_ready(REASON, 50, 900)
    assert after(599, here, other) == Serve(stage=here, count=4)
    assert after(601, here, other) == TO_REASON


def test_where_work_of_others_is_late_as_well_the_quantum_decides():
    here = with_ready(PARSE, 900, 600)
    assert after(QUANTUM * 10 - 1, here, late(700)) == Serve(stage=here, count=4)
    assert after(QUANTUM * 10, here, late(700)) == TO_PINNED


def test_the_quantum_gives_others_their_turn():
    here = with_ready(PARSE, 900)
    assert after(QUANTUM * 10 - 1, here, PINNED_WORK) == Serve(stage=here, count=4)
    assert after(QUANTUM * 10, here, PINNED_WORK) == TO_PINNED


def test_the_gate_parts_a_pair_when_those_who_waited_as_the_turn_began_are_through():
    """At 80 s: one who waited then has waited for longer than the turn."""
    decide_30 = with_ready(REASON, 900, 30)
    assert after(GATE * 10, with_ready(PARSE, 900, 79), decide_30) == TO_REASON
    here = with_ready(PARSE, 900, 81)
    assert after(GATE * 10, here, decide_30) == Serve(stage=here, count=4)


def test_the_gate_stays_open_for_eight_switches():
    here = with_ready(PARSE, 900, 20)
    assert after(GATE * 10 - 1, here, with_ready(REASON, 900, 30)) == Serve(stage=here, count=4)


def test_the_gate_stays_open_while_a_batch_arrives():
    here = with_ready(PARSE, 900, 20, arriving=3)
    assert after(GATE * 10, here, with_ready(REASON, 900, 30)) == Serve(stage=here, count=4)


# A parse stage that still fills. To decide 100 takes 200 s, and a trip of 10 s there and back 220 s.

ARRIVING: dict[str, Any] = {"arriving": 3, "quiet_s": 29.0}  # parsing three takes 6 s


def test_the_parser_is_not_left_while_a_batch_arrives():
    assert after(100, replace(PARSE, **ARRIVING), with_ready(REASON, 200)) == Wait()


@pytest.mark.parametrize("ended", [{"arriving": 0}, {"quiet_s": 30.0}])
def test_it_is_left_when_all_have_come_or_the_sender_has_gone_quiet(ended):
    assert after(100, replace(PARSE, **ARRIVING | ended), with_ready(REASON, 200)) == TO_REASON


@pytest.mark.parametrize(("rest_s", "decision"), [(225, Wait()), (226, TO_REASON)])
def test_it_is_left_where_it_can_be_back_and_have_parsed_what_came_when_the_last_one_comes(rest_s, decision):
    here = replace(PARSE, **ARRIVING, rest_s=rest_s)
    assert after(100, here, with_ready(REASON, 100)) == decision


@pytest.mark.parametrize(("rest_s", "decision"), [(233, TO_REASON), (234, Wait()), (445, Wait())])
def test_it_is_left_for_the_last_time_as_late_as_that_is_possible(rest_s, decision):
    here = replace(PARSE, **ARRIVING, rest_s=rest_s)
    assert after(100, here, with_ready(REASON, 100), answered=0) == decision


@pytest.mark.parametrize(("answered", "decision"), [(45, TO_REASON), (46, Wait())])
def test_it_is_left_earlier_where_another_trip_fits_and_the_trickle_has_cost_a_switch(answered, decision):
    here = replace(PARSE, **ARRIVING, rest_s=446)
    assert after(100, here, with_ready(REASON, 100), answered=answered) == decision


def test_it_is_not_left_for_what_uses_the_gpu_less_than_the_trickle_does():
    here = replace(PARSE, **ARRIVING, rest_s=446, in_hand=1)
    assert after(100, here, with_ready(REASON, 1), answered=0) == Wait()


def test_a_promise_parts_the_pair_though_a_batch_arrives():
    assert after(100, replace(PARSE, **ARRIVING), with_ready(REASON, 200, 490)) == TO_REASON


def test_a_batch_that_arrives_does_not_hold_up_others_for_more_than_a_quantum():
    here = replace(PARSE, **ARRIVING)
    assert after(QUANTUM * 10 - 1, here, PINNED_WORK) == Wait()
    assert after(QUANTUM * 10, here, PINNED_WORK) == TO_PINNED


def test_the_next_is_whoever_uses_most_of_the_time_that_it_takes():
    assert after(100, PARSE, with_ready(REASON, 6), PINNED_WORK) == TO_REASON
    assert after(100, PARSE, with_ready(REASON, 4), PINNED_WORK) == TO_PINNED


def test_who_would_cut_that_short_goes_first():
    useful = with_ready(REASON, 100, 400)
    assert after(100, PARSE, useful, replace(PINNED_WORK, oldest_wait_s=471)) == TO_REASON
    assert after(100, PARSE, useful, replace(PINNED_WORK, oldest_wait_s=472)) == TO_PINNED


def test_no_promise_is_worth_making_below_the_length_of_a_round():
    assert least_promise_s(90, 0.8) == pytest.approx(450)
    assert least_promise_s(90, 1.0) == float("inf")


# Any work that may come, in the simulated GPU that the benchmark uses. It refuses to serve an empty queue, to
# give an engine more than it takes, and to switch to what is awake.

arrivals = st.lists(
    st.tuples(
        st.floats(0, 600),
        st.sampled_from([PAIR, PINNED, ACTIVE]),
        st.integers(0, 5),
        st.floats(0.2, 3),
    ),
    min_size=1,
    max_size=60,
)
worlds = {"come": arrivals, "switch_s": st.floats(0.05, 60), "promise_s": st.floats(1, 600)}
many = settings(max_examples=150, deadline=None)


def simulated(come, switch_s: float, promise_s: float) -> tuple[Simulation, list[Resume]]:
    resumes = [Resume(at_s=at, selection=who, announced=n, work=work) for at, who, n, work in come]
    paces = dict.fromkeys((PARSER, REASONER, THIRD), PACE)
    simulation = Simulation(
        policy=decide, paces=paces, switch_s=switch_s, promise_s=promise_s, selected=PAIR, loaded=PARSER
    )
    return simulation, resumes


@many
@given(**worlds)
def test_everybody_is_answered_and_nobody_waits_for_longer_than_the_work_and_its_switches(
    come, switch_s, promise_s
):
    simulation, resumes = simulated(come, switch_s, promise_s)
    ran = simulation.run(resumes)
    alone_s = sum(resume.work * PACE.batch_s(1) * 2 for resume in resumes)
    idle_s = 30 + 600  # for a sender that has gone quiet; arrivals
    assert ran.makespan_s <= alone_s + idle_s + ran.switches * (switch_s + ASK_AGAIN_S) + 60


@many
@given(**worlds)
def test_an_engine_with_work_is_not_left_before_its_shortest_stay(come, switch_s, promise_s):
    simulation, resumes = simulated(come, switch_s, promise_s)
    if simulation.costs_s(PARSER) < 0.1 * PACE.share_s:
        return
    stays = simulation.run(resumes).stays
    least_s = max(simulation.costs_s(PARSER), PACE.batch_s(4))
    assert all(stay >= least_s - 1e-6 for stay, left_work in stays if left_work)


@many
@given(**worlds)
def test_every_switch_is_for_somebody_so_there_is_no_livelock(come, switch_s, promise_s):
    simulation, resumes = simulated(come, switch_s, promise_s)
    ran = simulation.run(resumes)
    stages = sum(len(resume.selection.engines) for resume in resumes)
    assert ran.switches <= 2 * stages  # there, and home


@settings(max_examples=20, deadline=None)
@given(switch_s=st.floats(0.5, 20), promise_s=st.floats(10, 400), late_s=st.floats(0, 50))
def test_one_résumé_of_another_model_gets_through_a_flood(switch_s, promise_s, late_s):
    flood = [Resume(at_s=n * 2.5, selection=PAIR, announced=9) for n in range(400)]  # more than can be read
    one = Resume(at_s=late_s, selection=PINNED)
    simulation, _ = simulated([], switch_s, promise_s)
    simulation.run([*flood, one])
    cost_s = simulation.costs_s(PARSER)
    turn_s = max(QUANTUM * cost_s, PACE.batch_s(4)) + PACE.batch_s(4) + cost_s + ASK_AGAIN_S
    assert one.wait_s <= max(promise_s, turn_s) + turn_s
