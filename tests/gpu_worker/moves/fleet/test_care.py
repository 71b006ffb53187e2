"""Looking after engines: who died is found, who is idle leaves."""

import asyncio

import pytest

from gpu_worker.core.residency import Tier
from gpu_worker.engines.protocol import Stay
from tests.gpu_worker.moves.fleet.measuring import A, B, C, bring, spec


async def test_the_dead_are_found_and_unloaded_and_the_living_stay(fleet, workshop):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("c"))
    workshop.breaks["c", "ping"] = "It is dead."
    assert await fleet.find_lost() == {"c": "It is dead."}
    assert (fleet.tiers(), workshop.log[-1]) == ({A: Tier.GPU}, "unload c")


async def test_one_that_died_asleep_is_found_too(fleet, workshop):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("b"))
    workshop.breaks["a", "ping"] = "It is dead."
    assert await fleet.find_lost() == {"a": "It is dead."}
    assert fleet.tiers() == {B: Tier.GPU}


async def test_while_something_moves_nobody_is_asked(fleet, workshop):
    await bring(fleet, spec("a"))
    workshop.breaks["a", "ping"] = "It is busy."
    workshop.open.clear()
    workshop.asked.clear()
    moving = asyncio.create_task(fleet.bring([spec("c")]))
    await workshop.asked.wait()
    assert await fleet.find_lost() == {}
    workshop.open.set()
    await moving


async def test_what_an_engine_says_while_something_moves_is_no_sign_of_death(fleet, workshop):
    await bring(fleet, spec("a"))
    workshop.breaks["a", "ping"] = "It is busy."
    workshop.open.clear()
    workshop.asked.clear()
    asking = asyncio.create_task(fleet.find_lost())
    await workshop.asked.wait()
    moving = asyncio.create_task(bring(fleet, spec("c")))
    await asyncio.sleep(0)
    workshop.open.set()
    assert await asking == {}
    await moving
    assert fleet.awake([A, C])


async def test_a_successor_does_not_go_with_the_one_that_was_found_dead(fleet, workshop):
    await bring(fleet, spec("a"))
    workshop.asked.clear()
    workshop.open.clear()
    looking = asyncio.create_task(fleet.find_lost())
    await workshop.asked.wait()
    workshop.breaks["a", "ping"] = "It was ended."
    await fleet.unload([A])
    bringing = asyncio.create_task(bring(fleet, spec("a")))
    workshop.open.set()
    await bringing
    await looking
    assert fleet.tiers() == {A: Tier.GPU}


async def test_one_that_failed_a_call_is_unloaded(fleet):
    await bring(fleet, spec("a"))
    await fleet.unload_broken(fleet[A])
    assert fleet.tiers() == {}


async def test_one_that_failed_a_call_does_not_take_its_successor_with_it(fleet):
    await bring(fleet, spec("a"))
    dead = fleet[A]
    await fleet.unload([A])
    await bring(fleet, spec("a"))
    await fleet.unload_broken(dead)
    assert fleet.tiers() == {A: Tier.GPU}


async def test_the_work_of_a_predecessor_does_not_count_for_its_successor(fleet, clock):
    await bring(fleet, spec("a"))
    dead = fleet[A]
    await fleet.unload([A])
    await bring(fleet, spec("a", stay=Stay(idle_ttl_s=60)))
    clock.now_s += 61
    fleet.record_use(dead)
    await fleet.unload_idle(serving=[])
    assert fleet.tiers() == {}


@pytest.mark.parametrize(
    ("stay", "serving", "idle_s", "left"),
    [
        (Stay(idle_ttl_s=60), [], 61, []),
        (Stay(idle_ttl_s=60), [], 59, [A]),
        (Stay(idle_ttl_s=60), [A], 61, [A]),
        (Stay(idle_ttl_s=60, pinned=True), [], 61, [A]),
        (Stay(), [], 1e6, [A]),
    ],
    ids=["time is up", "not yet", "it serves", "it is pinned", "no limit"],
)
async def test_what_nobody_has_used_for_long_is_unloaded_unless(fleet, clock, stay, serving, idle_s, left):
    await bring(fleet, spec("a", stay=stay))
    clock.now_s += idle_s
    await fleet.unload_idle(serving)
    assert list(fleet.tiers()) == left


async def test_what_has_just_worked_is_not_idle(fleet, clock):
    await bring(fleet, spec("a", stay=Stay(idle_ttl_s=60)))
    clock.now_s += 61
    fleet.record_use(fleet[A])
    await fleet.unload_idle(serving=[])
    assert fleet.tiers() == {A: Tier.GPU}


async def test_what_was_just_woken_is_not_idle(fleet, clock):
    await bring(fleet, spec("a", stay=Stay(idle_ttl_s=60)))
    await bring(fleet, spec("b"))
    clock.now_s += 61
    await bring(fleet, spec("a", stay=Stay(idle_ttl_s=60)))
    await fleet.unload_idle(serving=[B])
    assert fleet.tiers()[A] is Tier.GPU


async def test_what_is_woken_while_it_was_found_idle_stays(fleet, workshop, clock):
    """The move that wakes it holds the lock; who looks for the idle waits for that."""
    await bring(fleet, spec("a", stay=Stay(idle_ttl_s=60)))
    await bring(fleet, spec("b"))
    clock.now_s += 61
    await fleet.make_room([spec("a", stay=Stay(idle_ttl_s=60))])
    workshop.open.clear()
    workshop.asked.clear()
    waking = asyncio.create_task(fleet.bring([spec("a", stay=Stay(idle_ttl_s=60))]))
    await workshop.asked.wait()
    looking = asyncio.create_task(fleet.unload_idle(serving=[B]))
    await asyncio.sleep(0)
    workshop.open.set()
    await asyncio.gather(waking, looking)
    assert fleet.tiers()[A] is Tier.GPU


async def test_closing_unloads_all(fleet, workshop):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("b"))
    await fleet.close()
    assert (fleet.tiers(), workshop.log[-2:]) == ({}, ["unload a", "unload b"])
