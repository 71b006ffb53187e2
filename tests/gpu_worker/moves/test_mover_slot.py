"""The slot of the one task that moves engines: it holds one, and is empty when that has ended."""

import asyncio

import pytest

from gpu_worker.core.agenda import Mover
from gpu_worker.moves.mover_slot import MoverSlot, TwoMovers
from gpu_worker.tasks import Task


@pytest.fixture
def ended() -> list[Task]:
    """The tasks that have ended."""
    return []


@pytest.fixture
async def slot(ended) -> MoverSlot:
    """A slot in which a switch runs until it is abandoned."""
    slot = MoverSlot(ended.append)
    slot.begin(Mover.SWITCH, asyncio.Event().wait())  # type: ignore[arg-type]
    return slot


async def test_a_second_mover_is_refused(slot):
    with pytest.raises(TwoMovers, match="start would begin while switch moves engines"):
        slot.begin(Mover.START, asyncio.sleep(0))


async def test_one_that_is_abandoned_is_there_until_it_has_ended(slot, ended):
    slot.abandon()
    assert (slot.mover, slot.is_ending) == (Mover.SWITCH, True)
    await asyncio.wait(slot.tasks)
    assert (slot.mover, slot.is_ending, slot.tasks) == (None, False, [])
    assert [task.cancelled() for task in ended] == [True]


async def test_to_abandon_nothing_does_nothing(ended):
    slot = MoverSlot(ended.append)
    slot.abandon()
    assert not slot.is_ending
