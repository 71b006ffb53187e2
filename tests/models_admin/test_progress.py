"""How far a swap is: it only grows, it is over only at the end, and history says when that will be."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_admin.models import ENDED_PHASES, RUNNING_PHASES, Phase
from models_admin.swaps.progress import ORDER, Progress, progress

COLD = {"preparing": 2.0, "draining": 3.0, "making_room": 1.0, "loading": 40.0, "checking": 4.0}
WARM = {"draining": 3.0, "making_room": 1.0, "waking": 2.0, "checking": 4.0}
FIRST: dict[str, float] = {}  # of a swap that no other was like


def test_every_phase_in_which_the_worker_works_has_its_place():
    assert sorted(ORDER) == sorted(RUNNING_PHASES)


# What a person sees of it


@dataclass(frozen=True, kw_only=True)
class Look:
    """One moment of a swap. `fetched` is None where nothing is being fetched."""

    phase: str
    phase_s: float
    ended_s: dict[str, float]
    fetched: float | None


seconds = st.floats(0, 10_000)
paths = st.tuples(
    st.sampled_from([[], [Phase.PREPARING]]),
    st.sampled_from([[], [Phase.LOADING], [Phase.WAKING]]),
    st.sampled_from([[], [Phase.ROLLING_BACK]]),
).map(lambda some: [*some[0], Phase.DRAINING, Phase.MAKING_ROOM, *some[1], Phase.CHECKING, *some[2]])
histories = st.dictionaries(st.sampled_from([phase.value for phase in ORDER]), seconds)


@st.composite
def looks(draw: st.DrawFn, *, fetching: bool) -> list[Look]:
    """A whole swap, looked at when each phase begins, when it is about to end, and now and then between."""
    found: list[Look] = []
    ended_s: dict[str, float] = {}
    for phase in draw(paths):
        took_s = draw(seconds)
        at = sorted([0.0, took_s, *draw(st.lists(st.floats(0, took_s), max_size=4))])
        shares: list[float | None] = [None] * len(at)
        if fetching and phase is Phase.PREPARING:  # then it is loaded
            shares = [*sorted(draw(st.lists(st.floats(0, 1), max_size=len(at))))]
            shares += [None] * (len(at) - len(shares))
        found += [
            Look(phase=phase, phase_s=phase_s, ended_s=dict(ended_s), fetched=fetched)
            for phase_s, fetched in zip(at, shares, strict=True)
        ]
        ended_s[phase] = took_s
    return found


def shares(whole: list[Look], earlier_s: dict[str, float]) -> Iterator[float]:
    shown = 0.0
    for look in whole:
        shown = progress(look.phase, look.phase_s, look.ended_s, earlier_s, look.fetched, shown).share
        yield shown


def falls(told: list[float]) -> list[tuple[float, float]]:
    return [(before, after) for before, after in pairwise(told) if after < before]


@given(looks(fetching=True), histories)
def test_it_never_falls_and_is_never_over_before_the_end(whole, earlier_s):
    told = list(shares(whole, earlier_s))
    assert falls(told) == []
    assert told[0] >= 0
    assert told[-1] < 1


@given(looks(fetching=False), histories)
def test_where_nothing_is_fetched_what_is_known_alone_never_falls(whole, earlier_s):
    told = [
        round(progress(look.phase, look.phase_s, look.ended_s, earlier_s).share, 9)  # sums of floats
        for look in whole
    ]
    assert falls(told) == []


def test_when_weights_are_here_and_are_loaded_next_the_bar_stays_where_it_is():
    fetched = progress("preparing", 30.0, {}, FIRST, fetched=1.0)
    assert progress("preparing", 31.0, {}, FIRST, shown=fetched.share).share == fetched.share


# The first time


def test_without_history_each_phase_begins_at_its_place():
    told = [progress(phase, 5.0, {}, FIRST).share for phase in COLD]
    assert told == [0.02, 0.5, 0.55, 0.6, 0.9]


def test_without_history_nobody_knows_when_it_ends():
    assert progress("loading", 5.0, {"draining": 1.0}, FIRST).eta_seconds is None


@pytest.mark.parametrize(("fetched", "share"), [(0.0, 0.02), (0.5, 0.26), (1.0, 0.5)])
@pytest.mark.parametrize("earlier_s", [FIRST, COLD])
def test_while_weights_are_fetched_their_bytes_are_counted(earlier_s, fetched, share):
    told = progress("preparing", 60.0, {}, earlier_s, fetched)
    assert (told.share, told.eta_seconds) == (pytest.approx(share), None)


# With history


@pytest.mark.parametrize(
    ("phase", "phase_s", "ended_s", "share"),
    [
        ("preparing", 0.0, {}, 0 / 50),
        ("preparing", 1.0, {}, 1 / 50),
        ("draining", 0.0, {"preparing": 2.0}, 2 / 50),
        ("loading", 20.0, {"preparing": 2.0, "draining": 3.0, "making_room": 1.0}, 26 / 50),
        ("checking", 2.0, {"preparing": 2.0, "draining": 3.0, "making_room": 1.0, "loading": 40.0}, 48 / 50),
    ],
)
def test_a_cold_swap_that_goes_as_ever_is_as_far_as_its_seconds(phase, phase_s, ended_s, share):
    told = progress(phase, phase_s, ended_s, COLD)
    assert (told.share, told.eta_seconds) == (pytest.approx(share), pytest.approx(50))


def test_a_warm_swap_is_expected_to_take_what_warm_ones_took():
    told = progress("waking", 1.0, {"draining": 3.0, "making_room": 1.0}, WARM)
    assert told == Progress(share=0.5, eta_seconds=10.0)


def test_what_goes_quicker_than_ever_is_expected_earlier():
    assert progress("making_room", 0.0, {"draining": 0.0}, WARM).eta_seconds == 7.0


def test_a_phase_that_is_left_out_is_expected_no_more():
    told = progress("checking", 0.0, {"draining": 3.0, "making_room": 1.0}, WARM)
    assert told == Progress(share=0.5, eta_seconds=8.0)


def test_a_phase_that_takes_longer_than_ever_moves_the_end_away():
    ended_s = {"draining": 3.0, "making_room": 1.0}
    told = [progress("waking", phase_s, ended_s, WARM) for phase_s in (2.0, 20.0, 200.0)]
    assert [each.eta_seconds for each in told] == [10.0, 28.0, 208.0]


def test_a_last_phase_that_takes_longer_than_ever_stays_short_of_the_end():
    ended_s = {"draining": 3.0, "making_room": 1.0, "waking": 2.0}
    assert [progress("checking", phase_s, ended_s, WARM).share for phase_s in (40.0, 4000.0)] == [0.97, 0.97]


def test_what_rolls_back_is_nearly_over():
    assert progress("rolling_back", 0.0, COLD, COLD).share == 0.97


# Where there is nothing to say


@pytest.mark.parametrize("phase", [Phase.QUEUED, *ENDED_PHASES])
def test_a_swap_that_does_not_run_is_nowhere(phase):
    assert progress(phase, 5.0, {}, COLD) == Progress(share=0.0, eta_seconds=None)


def test_earlier_swaps_that_took_no_time_at_all_are_no_error():
    assert progress("draining", 0.0, {}, {"draining": 0.0}) == Progress(share=0.0, eta_seconds=0.0)
