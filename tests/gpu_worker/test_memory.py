"""Budgets are measured when memory stands still."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from gpu_worker import memory


@pytest.fixture
def naps(monkeypatch) -> Callable[..., list[float]]:
    """Call `settle` where the free memory is, GiB, one after the other, as given; how long it slept, and when."""

    def settle(*free_gib: float) -> list[float]:
        left = list(free_gib)
        naps: list[float] = []
        clock = SimpleNamespace(monotonic=lambda: sum(naps), sleep=naps.append)
        monkeypatch.setattr(memory, "time", clock)
        monkeypatch.setattr(memory, "_free_gib", lambda: left.pop(0) if len(left) > 1 else left[0])
        memory.settle()
        return naps

    return settle


def test_while_more_becomes_free_it_is_waited_for(naps):
    assert len(naps(2.0, 6.0, 14.0, 14.1)) == 3


def test_memory_that_stands_still_is_waited_for_once(naps):
    assert len(naps(2.0, 2.0)) == 1


def test_what_becomes_less_is_somebody_at_work_and_not_waited_for(naps):
    assert len(naps(14.0, 6.0)) == 1


def test_what_goes_on_for_ever_is_not_waited_for(naps):
    assert sum(naps(*range(1000))) == pytest.approx(memory.SETTLED_WITHIN_S, abs=2 * memory.STILL_S)
