"""What is remembered of engines from one load to the next, and what the worker shows of its memory."""

from gpu_worker.core.residency import Tier
from gpu_worker.engines.protocol import Footprint, Record, Stay
from gpu_worker.moves.fleet import Fleet
from tests.gpu_worker.fakes import FakeEngine
from tests.gpu_worker.moves.fleet.measuring import BUDGET, SMALL, A, B, C, bring, spec

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
