"""The bars of the swap history: which phases they show, in which order, and how wide."""

import pytest

from models_admin.models import Phase
from models_admin.overview.swap_chart import bars, worked_phases


def phases(bar) -> list[str]:
    return [segment.phase for segment in bar.segments]


def test_without_swaps_there_are_no_bars():
    assert bars([]) == []


def test_the_longest_swap_is_as_wide_as_the_chart():
    longest, other = bars([{"loading": 30.0, "checking": 10.0}, {"waking": 10.0}])
    assert sum(segment.width for segment in longest.segments) == pytest.approx(100)
    assert sum(segment.width for segment in other.segments) == pytest.approx(25)


def test_each_segment_begins_where_the_one_before_it_ended():
    (bar,) = bars([{"draining": 1.0, "loading": 3.0, "checking": 4.0}])
    assert [(segment.x, segment.width) for segment in bar.segments] == [(0, 12.5), (12.5, 37.5), (50, 50)]


def test_phases_stand_in_the_order_in_which_they_come_however_the_database_kept_them():
    (bar,) = bars([{"checking": 1.0, "loading": 1.0, "rolling_back": 1.0, "draining": 1.0, "preparing": 1.0}])
    assert phases(bar) == ["preparing", "draining", "loading", "checking", "rolling_back"]


def test_waiting_in_the_queue_is_no_part_of_a_bar():
    (bar,) = bars([{"queued": 60.0, "loading": 3.0}])
    assert (phases(bar), bar.seconds, bar.segments[0].width) == (["loading"], 3.0, 100)


def test_a_bar_says_how_long_its_swap_worked():
    assert [bar.seconds for bar in bars([{"draining": 0.5, "waking": 1.5}, {}])] == [2.0, 0.0]


@pytest.mark.parametrize("nothing", [{}, {"queued": 3.0}, {"loading": 0.0}])
def test_a_swap_that_never_began_has_an_empty_bar(nothing):
    (bar,) = bars([nothing])
    assert (bar.segments, bar.seconds) == ((), 0.0)


def test_what_is_no_phase_of_work_is_left_out():
    assert worked_phases({"ready": 1.0, "polishing": 2.0, "loading": 3.0}) == [(Phase.LOADING, 3.0)]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "loading under 0.1 s"), (0.1, "loading 0.1 s"), (61.26, "loading 61.3 s")]
)
def test_a_segment_is_told_in_words_too(seconds, words):
    (bar,) = bars([{"loading": seconds}])
    assert bar.segments[0].text == words
