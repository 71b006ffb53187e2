"""The lower bound that makespans are held against: no schedule ends before it, and some end with it.

The schedules are those of the simulated GPU: every choice that there is, one after the other, for few résumés;
any choices at all for more of them.
"""

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_worker.core.scheduler import Decision, Pace, Selection, Serve, Stage, Switch, Turn, Wait
from tests.benchmarks import _simulation
from tests.benchmarks._lower_bound import lower_bound_s
from tests.benchmarks._simulation import Resume, Simulation

PARSER, REASONER = 1, 2
PAIR = Selection(mode="hybrid", model_config_id=REASONER, parser_id=PARSER)
PARSE, REASON = Pace(fixed_s=4.0, each_s=1.0, most=2), Pace(fixed_s=3.0, each_s=0.5, most=2)
FULL = Pace(fixed_s=4.0, each_s=0.5, most=16)


@pytest.fixture(autouse=True)
def _only_events_wake(monkeypatch) -> None:
    """Nobody is asked again before something happens: otherwise every second is another choice."""
    monkeypatch.setattr(_simulation, "ASK_AGAIN_S", 1e6)


def choices(turn: Turn, stages: Sequence[Stage], may_wait: bool) -> list[Decision]:
    """All that can be done: give the engine so many, bring the other one, or let time pass.

    To and fro without serving anybody is left out: it would have no end.
    """
    found: list[Decision] = []
    for stage in stages:
        if stage.awake:
            room = min(stage.ready, stage.pace.most - stage.in_hand)
            found += [Serve(stage=stage, count=count) for count in range(1, room + 1)]
    if turn.answered or turn.stage.in_hand or not turn.stage.ready:
        away = [stage for stage in stages if stage.ready and not stage.awake]
        found += [Switch(engine=stage.engine, selection=stage.selection) for stage in away]
    return [*found, Wait()] if may_wait or not found else found


def ran_s(times: Sequence[float], switch_s: float, choose, last_s: float) -> float:
    """The makespan when `choose` picks one of several choices, by its number."""

    def policy(turn: Turn, stages: Sequence[Stage], _selected: Selection, _promise_s: float) -> Decision:
        may_wait = turn.stage.in_hand > 0 or simulation.now_s < last_s  # else nothing ever happens
        found = choices(turn, stages, may_wait)
        return found[choose(len(found))]

    paces = {PARSER: PARSE, REASONER: REASON}
    simulation = Simulation(
        policy=policy, paces=paces, switch_s=switch_s, promise_s=1e6, selected=PAIR, loaded=PARSER
    )
    return simulation.run([Resume(at_s=at_s, selection=PAIR) for at_s in times]).makespan_s


def every_end_s(times: Sequence[float], switch_s: float) -> Iterator[float]:
    """The makespans of all schedules there are: choices are counted through like digits."""
    path: list[tuple[int, int]] = []  # what was chosen, of how many
    while True:
        at = 0

        def choose(count: int) -> int:
            nonlocal at
            if at == len(path):
                path.append((0, count))
            at += 1
            return path[at - 1][0]

        yield ran_s(times, switch_s, choose, max(times))
        while path and path[-1][0] + 1 == path[-1][1]:
            path.pop()
        if not path:
            return
        path[-1] = (path[-1][0] + 1, path[-1][1])


@pytest.mark.parametrize("switch_s", [1.0, 10.0])
@pytest.mark.parametrize(
    "times", [[0, 0], [0, 0, 0], [0, 3], [0, 7], [0, 30], [0, 1, 20], [0, 20, 20], [0, 5, 11]], ids=str
)
def test_no_schedule_ends_before_the_bound_and_the_best_ends_soon_after_it(times, switch_s):
    best_s = min(every_end_s(times, switch_s))
    bound_s = lower_bound_s(times, PARSE, REASON, switch_s)
    assert bound_s - 1e-9 <= best_s <= 1.05 * bound_s


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_with_all_there_at_the_start_the_best_schedule_ends_with_the_bound(count):
    best_s = min(every_end_s([0.0] * count, 1.0))
    assert best_s == pytest.approx(lower_bound_s([0.0] * count, PARSE, REASON, 1.0))


@settings(max_examples=150, deadline=None)
@given(
    times=st.lists(st.floats(0, 60), min_size=1, max_size=12),
    switch_s=st.floats(0, 20),
    seed=st.integers(0, 10**6),
)
def test_whatever_is_chosen_nothing_ends_before_the_bound(times, switch_s, seed):
    choose = random.Random(seed).randrange
    assert ran_s(times, switch_s, choose, max(times)) >= lower_bound_s(times, PARSE, REASON, switch_s) - 1e-6


@given(times=st.lists(st.floats(0, 300), min_size=1, max_size=40), switch_s=st.floats(0, 60))
def test_it_is_never_below_the_bound_of_full_batches(times, switch_s):
    bound_s = lower_bound_s(times, FULL, FULL, switch_s)
    assert bound_s >= 2 * len(times) * FULL.share_s + switch_s - 1e-6
    assert bound_s >= max(times) + 2 * FULL.batch_s(1) + switch_s - 1e-6


def test_it_switches_early_where_arrivals_leave_time_for_it():
    alone_s = PARSE.batch_s(1) + 3 + REASON.batch_s(1)
    assert lower_bound_s([0, 1000], PARSE, REASON, 3.0) == 1000 + alone_s
