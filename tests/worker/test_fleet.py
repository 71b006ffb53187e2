"""Which engines are loaded, who leaves to make room, and what a move that goes wrong leaves behind.

Engines are fakes. A and B do not fit on the GPU together, C fits beside either.
"""

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from gpu_worker import fleet as fleet_module
from gpu_worker.engines.protocol import EngineFailed, EngineSpec, Footprint, Record, Sampling, Stay
from gpu_worker.fleet import Fleet
from gpu_worker.residency import Budget, Move, Step, Tier
from tests.worker.fakes import FakeEngine, Remembered, Workshop

IDS = {"a": 1, "b": 2, "c": 3}
A, B, C = IDS.values()
LARGE = Footprint(gpu_gib=15.0, asleep_gpu_gib=0.5, host_gib=14.0)
SMALL = Footprint(gpu_gib=4.0, asleep_gpu_gib=0.5, host_gib=3.0)
BUDGET = Budget(gpu_gib=20.0, host_gib=32.0)


class MeasuredEngine(FakeEngine):
    """Takes what `workshop.measured` says, notes what it is given, and works when `workshop.open` is set.

    To unload one that never began to load is nothing, and not noted.
    """

    workshop: "MeasuringWorkshop"
    began = False

    async def load(self, record: Record | None = None) -> Footprint:
        self.began = True
        self.workshop.remembered.append(record)
        self.workshop.asked.set()
        await self.workshop.open.wait()
        expected = await super().load(record)
        return self.workshop.measured.get(self.spec.name, expected)

    async def wake(self) -> None:
        self.workshop.asked.set()
        await self.workshop.open.wait()
        await super().wake()

    async def unload(self) -> None:
        if self.began:
            await super().unload()

    async def check(self, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
        self.workshop.compared.append(recorded)
        return await super().check(recorded)

    async def ping(self) -> None:
        self.workshop.asked.set()
        await self.workshop.open.wait()
        await super().ping()


class MeasuringWorkshop(Workshop):
    def __init__(self) -> None:
        super().__init__()
        self.sizes = {"a": LARGE, "b": LARGE, "c": SMALL}
        self.measured: dict[str, Footprint] = {}
        self.remembered: list[Record | None] = []  # what each load was given
        self.compared: list[Mapping[str, Any]] = []  # what each check was given

    def __call__(self, spec: EngineSpec) -> FakeEngine:
        return MeasuredEngine(spec, self)


class Clock:
    """Stands still until it is moved; every look is a moment later than the one before."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        self.now_s += 0.001
        return self.now_s


def spec(name: str, *, stay: Stay | None = None, **changes: Any) -> EngineSpec:
    return EngineSpec(id=IDS[name], name=name, provider="vllm", stay=stay or Stay(), **changes)


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(fleet_module, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def workshop() -> MeasuringWorkshop:
    return MeasuringWorkshop()


@pytest.fixture
def records() -> Remembered:
    return Remembered()


@pytest.fixture
def fleet(workshop, records, clock) -> Fleet:
    return Fleet(workshop, BUDGET, records)


async def bring(fleet: Fleet, *specs: EngineSpec) -> None:
    await fleet.make_room(specs)
    await fleet.bring(specs)


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
    fleet.used(fleet[IDS[works]])
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
    await fleet.lose(fleet[A])
    with pytest.raises(EngineFailed):
        await fleet.check([spec("a")])


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


# What is remembered


async def test_the_first_load_is_given_nothing(fleet, workshop):
    await bring(fleet, spec("a"))
    assert workshop.remembered == [None]


async def test_what_was_measured_is_kept_and_given_to_the_next_load(fleet, workshop, records):
    workshop.measured["a"] = Footprint(gpu_gib=11.0, host_gib=9.0, kv_cache_bytes=1 << 30)
    await bring(fleet, spec("a"))
    await fleet.unload([A])
    await bring(Fleet(workshop, BUDGET, records), spec("a"))
    assert workshop.remembered[1] == Record(fingerprint="a r1", footprint=workshop.measured["a"])


async def test_who_leaves_is_decided_by_what_was_measured_and_not_by_what_was_expected(fleet, workshop):
    workshop.measured["a"] = Footprint(gpu_gib=4.0)
    await bring(fleet, spec("a"))
    await bring(fleet, spec("b"))
    assert fleet.tiers() == {A: Tier.GPU, B: Tier.GPU}


async def test_what_was_measured_under_another_fingerprint_is_not_given(fleet, workshop, records):
    records.kept[A, "a r0"] = Record(fingerprint="a r0", footprint=SMALL)
    await bring(fleet, spec("a"))
    assert workshop.remembered == [None]


async def test_a_canary_is_recorded_once_and_given_back_for_comparison(fleet, workshop, records):
    await bring(fleet, spec("a"))
    await fleet.check([spec("a")])
    await fleet.check([spec("a")])
    assert workshop.compared == [{}, {"said": "a"}]
    assert records.kept[A, "a r1"].canary == {"said": "a"}


async def test_a_canary_outlives_the_worker(fleet, workshop, records):
    await bring(fleet, spec("a"))
    await fleet.check([spec("a")])
    successor = Fleet(workshop, BUDGET, records)
    await bring(successor, spec("a"))
    await successor.check([spec("a")])
    assert workshop.compared[-1] == {"said": "a"}


async def test_a_new_measure_keeps_the_canary(fleet, workshop, records):
    await bring(fleet, spec("a"))
    await fleet.check([spec("a")])
    await fleet.unload([A])
    workshop.measured["a"] = SMALL
    await bring(fleet, spec("a"))
    assert records.kept[A, "a r1"] == Record(fingerprint="a r1", footprint=SMALL, canary={"said": "a"})


async def test_what_has_no_fingerprint_is_not_remembered(fleet, records, monkeypatch):
    async def none(self: FakeEngine) -> str:
        return ""

    monkeypatch.setattr(FakeEngine, "fingerprint", none)
    await bring(fleet, spec("a"))
    await fleet.check([spec("a")])
    assert records.kept == {}


# Looking after them


async def test_the_dead_are_found_and_unloaded_and_the_living_stay(fleet, workshop):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("c"))
    workshop.breaks["c", "ping"] = "It is dead."
    assert await fleet.lost() == {"c": "It is dead."}
    assert (fleet.tiers(), workshop.log[-1]) == ({A: Tier.GPU}, "unload c")


async def test_one_that_died_asleep_is_found_too(fleet, workshop):
    await bring(fleet, spec("a"))
    await bring(fleet, spec("b"))
    workshop.breaks["a", "ping"] = "It is dead."
    assert await fleet.lost() == {"a": "It is dead."}
    assert fleet.tiers() == {B: Tier.GPU}


async def test_while_something_moves_nobody_is_asked(fleet, workshop):
    await bring(fleet, spec("a"))
    workshop.breaks["a", "ping"] = "It is busy."
    workshop.open.clear()
    workshop.asked.clear()
    moving = asyncio.create_task(fleet.bring([spec("c")]))
    await workshop.asked.wait()
    assert await fleet.lost() == {}
    workshop.open.set()
    await moving


async def test_what_an_engine_says_while_something_moves_is_no_sign_of_death(fleet, workshop):
    await bring(fleet, spec("a"))
    workshop.breaks["a", "ping"] = "It is busy."
    workshop.open.clear()
    workshop.asked.clear()
    asking = asyncio.create_task(fleet.lost())
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
    looking = asyncio.create_task(fleet.lost())
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
    await fleet.lose(fleet[A])
    assert fleet.tiers() == {}


async def test_one_that_failed_a_call_does_not_take_its_successor_with_it(fleet):
    await bring(fleet, spec("a"))
    dead = fleet[A]
    await fleet.unload([A])
    await bring(fleet, spec("a"))
    await fleet.lose(dead)
    assert fleet.tiers() == {A: Tier.GPU}


async def test_the_work_of_a_predecessor_does_not_count_for_its_successor(fleet, clock):
    await bring(fleet, spec("a"))
    dead = fleet[A]
    await fleet.unload([A])
    await bring(fleet, spec("a", stay=Stay(idle_ttl_s=60)))
    clock.now_s += 61
    fleet.used(dead)
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
    fleet.used(fleet[A])
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


# What is shown


async def test_memory_sums_what_is_awake_and_what_sleeps(fleet):
    for name in "acb":
        await bring(fleet, spec(name))
    assert fleet.tiers() == {A: Tier.HOST, C: Tier.GPU, B: Tier.GPU}
    assert fleet.memory() == {
        "gpu_budget_gib": 20.0,
        "gpu_held_gib": 0.5 + 4.0 + 15.0,
        "host_budget_gib": 32.0,
        "host_held_gib": 14.0,
        "engines": {
            str(A): {"gpu_gib": 15.0, "host_gib": 14.0},
            str(C): {"gpu_gib": 4.0, "host_gib": 3.0},
            str(B): {"gpu_gib": 15.0, "host_gib": 14.0},
        },
    }


async def test_what_cannot_sleep_takes_no_host_memory(fleet):
    await bring(fleet, spec("a", stay=Stay(sleep_level=0)))
    assert fleet.memory()["engines"][str(A)] == {"gpu_gib": 15.0, "host_gib": 0.0}


async def test_an_empty_worker_holds_nothing(fleet):
    memory = fleet.memory()
    assert (memory["gpu_held_gib"], memory["host_held_gib"], memory["engines"]) == (0, 0, {})
