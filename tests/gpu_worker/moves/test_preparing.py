"""While a model is fetched, and loaded beside what serves, nothing that works is touched."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from gpu_worker import capability, engine_watch
from gpu_worker.engines.protocol import Footprint, Record
from models_admin.models import ModelConfig, Phase, Swap
from tests.gpu_worker.fakes import FakeEngine, Workshop
from tests.gpu_worker.looking import count, ended, pinned, seen, serving, wish, with_weights, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "loop_closed")]

LARGE = Footprint(gpu_gib=15.0, host_gib=10.0)
ONE = {"gpu_gib": 20.0, "host_gib": 60.0}
THREE = {"gpu_gib": 46.0, "host_gib": 60.0}


@pytest.fixture(autouse=True)
def _anything_runs(monkeypatch) -> None:
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    monkeypatch.setattr(engine_watch, "PING_EVERY_S", 0.1)


@pytest.fixture
async def cold(balanced, workshop) -> ModelConfig:
    """A model of 15 GiB, as all are here, that has to be fetched."""
    cold = await with_weights("weights/cold")
    workshop.sizes = {balanced.name: LARGE, cold.name: LARGE}
    return cold


async def another(workshop: Workshop, name: str, **changes: object) -> ModelConfig:
    workshop.sizes[name] = LARGE
    return await with_weights(name, **changes)


async def test_when_it_fails_the_pinned_work_that_has_the_gpu_goes_on(balanced, cold, waiting, workshop):
    other = await another(workshop, "weights/other")
    workshop.breaks[cold.name, "fetch"] = "The hub has no such model."
    async with working(workshop, **ONE):
        await seen(serving("rules/balanced"))
        workshop.open.clear()
        await pinned(waiting, "a", other)
        await workshop.asked.wait()
        await wish(cold)
        await seen(ended(Phase.ROLLED_BACK))
        await pinned(waiting, "b", other)
        await seen(lambda: workshop.log.count("evaluate weights/other") == 2)
        workshop.open.set()
        await sync_to_async(waiting)("c")
        await seen(lambda: count("succeeded") == 3)


async def test_an_entry_whose_revision_was_edited_since_it_was_loaded_is_fetched(balanced, cold, workshop):
    async with working(workshop, **ONE):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(serving("weights/cold"))
        cold.revision = "r2"
        await cold.asave()
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.READY).count() == 2)
    assert workshop.fetches == [("weights/cold", ""), ("weights/cold", "r2")]


@pytest.fixture
def dies(workshop):
    """`await dies("rules/balanced")`: it is found dead, and can be loaded again."""

    async def die(name: str) -> None:
        workshop.log.clear()
        workshop.breaks[name, "ping"] = "It is dead."
        await seen(lambda: f"unload {name}" in workshop.log)
        del workshop.breaks[name, "ping"]

    return die


async def test_what_serves_and_dies_meanwhile_is_brought_back(balanced, cold, waiting, workshop, dies):
    workshop.fetched.clear()
    async with working(workshop, **ONE):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING).exists())
        await dies("rules/balanced")
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
        workshop.fetched.set()
        await seen(serving("weights/cold"))


async def test_what_serves_and_died_meanwhile_is_brought_back_when_it_fails(
    balanced, cold, waiting, workshop, dies
):
    workshop.fetched.clear()
    async with working(workshop, **ONE):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING).exists())
        workshop.breaks = {(cold.name, "fetch"): "It is gone.", (balanced.name, "load"): "Not yet."}
        await dies("rules/balanced")
        await seen(lambda: "load rules/balanced" in workshop.log)
        del workshop.breaks[balanced.name, "load"]
        workshop.fetched.set()
        await seen(ended(Phase.ROLLED_BACK))
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
        await seen(serving("rules/balanced"))


async def test_what_serves_and_does_not_come_back_meanwhile_is_not_waited_for(balanced, cold, workshop, dies):
    stuck = asyncio.Event()

    class Engine(FakeEngine):
        async def load(self, record: Record | None = None) -> Footprint:
            footprint = await super().load(record)
            if stuck.is_set() and self.spec.name == balanced.name:
                await asyncio.Event().wait()
            return footprint

    workshop.fetched.clear()
    async with working(lambda spec: Engine(spec, workshop), **ONE):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING).exists())
        stuck.set()
        await dies("rules/balanced")
        await seen(lambda: "load rules/balanced" in workshop.log)
        workshop.fetched.set()
        await seen(serving("weights/cold"))


async def test_room_is_not_made_by_an_engine_that_works(balanced, cold, waiting, workshop):
    first, second = await another(workshop, "weights/first"), await another(workshop, "weights/second")
    async with working(workshop, **THREE):
        await seen(serving("rules/balanced"))
        for number, model in enumerate((first, second), 1):  # a turn of each, and all are awake
            await pinned(waiting, f"{number}", model)
            await seen(lambda: count("succeeded") == number)  # noqa: B023  # awaited before the next
        workshop.open.clear()
        workshop.asked.clear()
        await pinned(waiting, "3", first)
        await workshop.asked.wait()
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.DRAINING).exists())
        moved = "sleep weights/first" in workshop.log
        workshop.open.set()
        await seen(serving("weights/cold"))
    assert not moved
