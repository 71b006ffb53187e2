"""How often a page looks at what has changed: a burst at once, then at its own pace."""

import pytest

from wfc_site.live import AT_ONCE, GAP_S, Pace


@pytest.fixture
def tired() -> Pace:
    """One that has just looked as often as it may at once, at second 100."""
    pace = Pace()
    for _ in range(AT_ONCE):
        pace.pause_s(100)
    return pace


def test_after_a_quiet_time_looks_follow_each_other_at_once():
    pace = Pace()
    assert [pace.pause_s(100) for _ in range(AT_ONCE)] == [0] * AT_ONCE


def test_then_there_is_a_gap_after_every_look(tired):
    assert tired.pause_s(100) == GAP_S
    assert tired.pause_s(100 + GAP_S) == GAP_S


def test_a_quiet_time_is_made_up_for_by_as_many_looks(tired):
    later = 100 + 3 * GAP_S
    assert [tired.pause_s(later) for _ in range(4)] == [0, 0, 0, GAP_S]


def test_however_long_it_was_quiet_no_more_than_a_burst_follows(tired):
    assert [tired.pause_s(9999) for _ in range(AT_ONCE + 1)] == [0] * AT_ONCE + [GAP_S]


def test_in_the_long_run_there_are_four_looks_a_second():
    pace, now_s, looks = Pace(), 0.0, 0
    while now_s < 60:
        now_s += pace.pause_s(now_s)
        looks += 1
    assert looks <= AT_ONCE + 60 / GAP_S + 1
