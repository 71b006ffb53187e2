"""Who leaves to make room, what is prepared beside what serves, and what a move that goes wrong leaves."""

import asyncio

import pytest

from gpu_worker.core.residency import Budget, Move, Step, Tier
from gpu_worker.engines.protocol import EngineFailed, Footprint, Sampling, Stay
from gpu_worker.moves.fleet import Fleet
from tests.gpu_worker.moves.fleet.measuring import IDS, A, B, C, MeasuringWorkshop, bring, spec

# Who leaves


async def test_what_fits_beside_the_others_is_awake_with_them(fleet):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("c"))
    assert fleet.tiers() == {A: Tier.GPU, C: Tier.GPU}


async def test_what_does_not_fit_sends_the_other_to_sleep(fleet):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("b"))
    assert fleet.tiers() == {A: Tier.HOST, B: Tier.GPU}


async def test_what_sleeps_is_woken_and_not_loaded(fleet, workshop):
    for name in "aba":
        await bring(fleet, spec(name))
    assert workshop.log == ["load a", "sleep a", "load b", "sleep b", "wake a"]


async def test_sleep_level_0_is_unloaded_instead(fleet, workshop):
    await bring(fleet, spec("a", stay=Stay(sleep_level=0)))
    await bring(fleet, spec("b"))
    assert workshop.log == ["load a", "unload a", "load b"]


async def test_where_host_memory_is_full_the_longest_asleep_is_unloaded_for_the_next(
    workshop, records, clock
):
    fleet = Fleet(workshop, Budget(gpu_gib=16.0, host_gib=15.0), records)
    for name in "abc":
        await bring(fleet, spec(name))
    assert fleet.tiers() == {B: Tier.HOST, C: Tier.GPU}


async def test_a_pinned_engine_stays_and_the_refusal_says_so(fleet):
    await bring(fleet, spec("a", stay=Stay(pinned=True)))
    with pytest.raises(EngineFailed, match=r"pinned models keep 15\.0 GiB"):
        await bring(fleet, spec("b"))
    assert fleet.tiers() == {A: Tier.GPU}


async def test_what_fits_nowhere_sends_nobody_away(fleet, workshop):
    workshop.sizes["b"] = Footprint(gpu_gib=30.0)
    await bring(fleet, spec("a"))
    with pytest.raises(EngineFailed, match=r"It needs 30\.0 GiB"):
        await fleet.make_room([spec("b")])
    assert fleet.tiers() == {A: Tier.GPU}


@pytest.mark.parametrize(("works", "leaves"), [("a", C), ("c", A)])
async def test_the_longest_unused_leaves_first(fleet, workshop, works, leaves):
    workshop.sizes["b"] = Footprint(gpu_gib=4.5)
    await bring(fleet, spec("a"))
    await bring(fleet, spec("c"))
    fleet.record_use(fleet[IDS[works]])
    await bring(fleet, spec("b"))
    assert [id_ for id_, tier in fleet.tiers().items() if tier is Tier.HOST] == [leaves]


async def test_making_room_moves_only_those_who_leave_and_names_what_remains(fleet):
    await bring(fleet, spec("a"))
    remaining = await fleet.make_room([spec("b")])
    assert (remaining, fleet.tiers()) == ([Step(move=Move.LOAD, id=B)], {A: Tier.HOST})


async def test_what_is_awake_already_needs_no_step(fleet):
    await bring(fleet, spec("a"))
    assert await fleet.make_room([spec("a")]) == []


async def test_a_pair_is_awake_only_when_both_are(fleet):
    await bring(fleet, spec("a"))
    assert (fleet.awake([A]), fleet.awake([A, C])) == (True, False)


async def test_two_moves_are_never_made_at_once(fleet, workshop):
    workshop.open.clear()
    both = [asyncio.create_task(fleet.bring([spec(name)])) for name in "ac"]
    await workshop.asked.wait()
    assert len(workshop.remembered) == 1
    workshop.open.set()
    await asyncio.gather(*both)
    assert workshop.log == ["load a", "load c"]


# Preparing beside what serves


async def test_what_fits_beside_what_serves_is_loaded_before_its_turn(fleet):
    await bring(fleet, spec("a"))
    await fleet.prepare([spec("c")], serving=[A])
    assert fleet.tiers() == {A: Tier.GPU, C: Tier.GPU}


async def test_what_does_not_fit_beside_what_serves_waits_for_its_turn(fleet, workshop):
    await bring(fleet, spec("a"))
    await fleet.prepare([spec("b")], serving=[A])
    assert (workshop.log, fleet.tiers()) == (["load a"], {A: Tier.GPU})


async def test_who_does_not_serve_makes_room_for_what_is_prepared(fleet, workshop):
    workshop.sizes["b"] = Footprint(gpu_gib=12.0)
    await bring(fleet, spec("c"))
    await bring(fleet, spec("a"))
    await fleet.prepare([spec("b")], serving=[C])
    assert fleet.tiers() == {C: Tier.GPU, A: Tier.HOST, B: Tier.GPU}


async def test_what_waited_for_its_turn_is_loaded_when_room_was_made(fleet):
    await bring(fleet, spec("a"))
    await fleet.prepare([spec("b")], serving=[A])
    await bring(fleet, spec("b"))
    assert fleet.tiers() == {A: Tier.HOST, B: Tier.GPU}


async def test_what_serves_and_was_edited_is_not_touched_while_its_partner_is_prepared(fleet, workshop):
    await bring(fleet, spec("a"))
    serving = fleet[A]
    await fleet.prepare([spec("a", revision="new"), spec("c")], serving=[A])
    assert (fleet[A], "unload a" in workshop.log) == (serving, False)


async def test_a_prepared_load_that_fails_leaves_what_serves_and_nothing_else(fleet, workshop):
    workshop.breaks["c", "load"] = "No such file."
    await bring(fleet, spec("a"))
    with pytest.raises(EngineFailed, match="No such file"):
        await fleet.prepare([spec("c")], serving=[A])
    assert (fleet.tiers(), workshop.log[-1]) == ({A: Tier.GPU}, "unload c")


async def test_preparing_that_is_given_up_unloads_what_it_began(fleet, workshop):
    await bring(fleet, spec("a"))
    workshop.open.clear()
    workshop.asked.clear()
    preparing = asyncio.create_task(fleet.prepare([spec("c")], serving=[A]))
    await workshop.asked.wait()
    preparing.cancel()
    await asyncio.gather(preparing, return_exceptions=True)
    assert preparing.cancelled()
    assert (fleet.tiers(), workshop.log) == ({A: Tier.GPU}, ["load a", "unload c"])


async def test_after_preparing_was_given_up_others_move_again(fleet, workshop):
    workshop.open.clear()
    preparing = asyncio.create_task(fleet.prepare([spec("c")], serving=[]))
    await workshop.asked.wait()
    preparing.cancel()
    workshop.open.set()
    await bring(fleet, spec("a"))
    assert fleet.tiers() == {A: Tier.GPU}


async def test_only_what_is_not_loaded_is_fetched(fleet):
    await bring(fleet, spec("a"))
    told: list[float] = []
    await fleet.fetch([spec("a")], told.append)
    assert told == []
    await fleet.fetch([spec("a"), spec("c")], told.append)
    assert told == [0.5]


# What goes wrong


async def test_a_load_that_fails_leaves_nothing(fleet, workshop):
    workshop.breaks["a", "load"] = "No such file."
    with pytest.raises(EngineFailed, match="No such file"):
        await bring(fleet, spec("a"))
    assert (fleet.tiers(), workshop.log) == ({}, ["load a", "unload a"])


async def test_a_load_that_fails_is_tried_anew_the_next_time(fleet, workshop):
    workshop.breaks["a", "load"] = "No such file."
    with pytest.raises(EngineFailed):
        await bring(fleet, spec("a"))
    workshop.breaks.clear()
    await bring(fleet, spec("a"))
    assert fleet.tiers() == {A: Tier.GPU}


async def test_one_that_does_not_go_to_sleep_is_unloaded_and_the_room_is_made(fleet, workshop):
    workshop.breaks["a", "sleep"] = "It says that it sleeps, but its memory is not free."
    await bring(fleet, spec("a"))
    await bring(fleet, spec("b"))
    assert workshop.log == ["load a", "sleep a", "unload a", "load b"]
    assert fleet.tiers() == {B: Tier.GPU}


async def test_one_that_does_not_wake_is_unloaded(fleet, workshop):
    workshop.breaks["a", "wake"] = "It did not come back."
    await bring(fleet, spec("a"))
    await bring(fleet, spec("b"))
    with pytest.raises(EngineFailed, match="did not come back"):
        await bring(fleet, spec("a"))
    assert (fleet.tiers(), workshop.log[-2:]) == ({B: Tier.HOST}, ["wake a", "unload a"])


async def test_one_that_answers_something_else_is_unloaded(fleet, workshop):
    workshop.breaks["a", "check"] = "It answers differently."
    await bring(fleet, spec("a"))
    with pytest.raises(EngineFailed, match="answers differently"):
        await fleet.check([spec("a")])
    assert fleet.tiers() == {}


async def test_one_that_was_lost_before_its_check_is_a_failure(fleet):
    await bring(fleet, spec("a"))
    await fleet.unload_broken(fleet[A])
    with pytest.raises(EngineFailed):
        await fleet.check([spec("a")])


async def cancelled_check(fleet: Fleet, workshop: MeasuringWorkshop) -> None:
    """Check engine a, which does not answer, and cancel that."""
    workshop.asked.clear()
    workshop.answers.clear()
    checking = asyncio.create_task(fleet.check([spec("a")]))
    await workshop.asked.wait()
    checking.cancel()
    await asyncio.gather(checking, return_exceptions=True)
    assert checking.cancelled()


async def test_one_whose_canary_is_cancelled_is_unloaded(fleet, workshop):
    await bring(fleet, spec("a"))
    await cancelled_check(fleet, workshop)
    assert fleet.tiers() == {}


async def test_one_that_answered_its_canary_before_stays_when_another_is_cancelled(fleet, workshop):
    await bring(fleet, spec("a"))
    await fleet.check([spec("a")])
    await cancelled_check(fleet, workshop)
    assert fleet.tiers() == {A: Tier.GPU}


async def test_one_that_was_woken_has_to_answer_its_canary_again(fleet, workshop):
    await bring(fleet, spec("a"))
    await fleet.check([spec("a")])
    for name in "ba":
        await bring(fleet, spec(name))
    await cancelled_check(fleet, workshop)
    assert fleet.tiers() == {B: Tier.HOST}


# Rows that were edited


async def test_an_edited_spec_is_loaded_anew(fleet, workshop):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("a", max_model_len=4096))
    assert workshop.log == ["load a", "unload a", "load a"]


@pytest.mark.parametrize(
    "change", [{"sampling": Sampling(temperature=0.7)}, {"stay": Stay(sleep_level=0, pinned=True)}]
)
async def test_how_it_answers_and_how_long_it_stays_is_taken_over_without_a_load(fleet, workshop, change):
    edited = spec("a", **change)
    await bring(fleet, spec("a"))
    await bring(fleet, edited)
    assert workshop.log == ["load a"]
    assert (fleet[A].spec.sampling, fleet[A].spec.stay) == (edited.sampling, edited.stay)
