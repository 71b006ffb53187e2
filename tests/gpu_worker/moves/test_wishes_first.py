"""A person's wish goes before what the worker does on its own account, and before an older wish."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from gpu_worker import capability
from gpu_worker.engines.protocol import EngineSpec, Footprint, Record
from gpu_worker.worker import Worker
from models_admin.models import GpuWorker, ModelConfig, Phase, Swap
from tests.gpu_worker.fakes import FakeEngine, Workshop
from tests.gpu_worker.looking import count, ended, looked, row, seen, serving, wish, with_weights, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "loop_closed")]


@pytest.fixture
def anything_runs(monkeypatch) -> None:
    monkeypatch.setattr(capability, "obstacle", lambda row: "")


class Slow(FakeEngine):
    """Loads when `workshop.loaded` is set, and is gone when `workshop.left` is."""

    workshop: "SlowWorkshop"

    async def load(self, record: Record | None = None) -> Footprint:
        self.workshop.log.append(f"load {self.spec.name}")
        await self.workshop.loaded.wait()
        return Footprint()

    async def unload(self) -> None:
        self.workshop.log.append(f"leave {self.spec.name}")
        await self.workshop.left.wait()
        await super().unload()


class SlowWorkshop(Workshop):
    """Engines called “slow” are."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = asyncio.Event()
        self.left = asyncio.Event()
        self.left.set()

    def __call__(self, spec: EngineSpec) -> FakeEngine:
        return (Slow if "slow" in spec.name else FakeEngine)(spec, self)

    async def waits_for_slow(self, worker: Worker, name: str) -> bool:
        """Whether the engine `name` is loaded only when the slow one, which leaves, has left."""
        await seen(lambda: "leave weights/slow" in self.log)
        await looked(worker)
        waits = f"load {name}" not in self.log
        self.left.set()
        await seen(serving(name))
        return waits


async def test_a_newer_wish_ends_the_preparing_of_the_older_one(balanced, strict, workshop, anything_runs):
    cold = await with_weights("weights/cold")
    workshop.fetched.clear()
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING).exists())
        await wish(strict)
        await seen(serving("rules/strict"))
    assert (await Swap.objects.aget(model_config=cold)).phase == Phase.SUPERSEDED


async def test_what_was_being_prepared_is_gone_before_anything_else_is_loaded(
    balanced, strict, anything_runs
):
    workshop = SlowWorkshop()
    slow = await with_weights("weights/slow")
    async with working(workshop) as worker:
        await seen(serving("rules/balanced"))
        await wish(slow)
        await seen(lambda: "load weights/slow" in workshop.log)
        workshop.left.clear()
        await wish(strict)
        assert await workshop.waits_for_slow(worker, "rules/strict")


async def test_without_a_model_that_can_run_it_waits_for_one(strict, workshop):
    await ModelConfig.objects.aupdate(enabled=False)
    async with working(workshop):
        await seen(lambda: (worker := row()) and "registry" in worker.error)
        await ModelConfig.objects.aupdate(enabled=True)
        await seen(serving("rules/strict"))


async def test_where_nothing_is_here_yet_a_wish_fetches_it(workshop, anything_runs):
    cold = await with_weights("weights/cold")
    async with working(workshop):
        await seen(lambda: (worker := row()) and "registry" in worker.error)
        await wish(cold)
        await seen(serving("weights/cold"))


@pytest.fixture
async def loading_slowly(balanced, strict, anything_runs, monkeypatch) -> SlowWorkshop:
    """A worker that starts with this is busy loading its default until `loaded` is set."""
    slow = await with_weights("weights/slow")
    await ModelConfig.objects.filter(pk=slow.pk).aupdate(is_default=True)
    monkeypatch.setattr(capability, "is_here", lambda row: True)
    return SlowWorkshop()


async def test_a_wish_does_not_wait_for_what_is_being_brought_up(loading_slowly, strict):
    async with working(loading_slowly) as worker:
        await seen(lambda: "load weights/slow" in loading_slowly.log)
        loading_slowly.left.clear()
        await wish(strict)
        assert await loading_slowly.waits_for_slow(worker, "rules/strict")


async def test_what_is_being_brought_up_goes_on_while_a_wish_is_fetched(loading_slowly, waiting):
    cold = await with_weights("weights/cold")
    loading_slowly.fetched.clear()
    async with working(loading_slowly):
        await seen(lambda: "load weights/slow" in loading_slowly.log)
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING).exists())
        loading_slowly.loaded.set()
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
        assert (await sync_to_async(row)()).status == GpuWorker.Status.SWAPPING
        loading_slowly.fetched.set()
        await seen(serving("weights/cold"))
    log = loading_slowly.log
    assert "evaluate weights/slow" in log[: log.index("load weights/cold")]


async def test_what_is_still_being_brought_up_when_the_wish_is_fetched_is_ended(loading_slowly):
    cold = await with_weights("weights/cold")
    loading_slowly.fetched.clear()
    async with working(loading_slowly) as worker:
        await seen(lambda: "load weights/slow" in loading_slowly.log)
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING).exists())
        loading_slowly.left.clear()
        loading_slowly.fetched.set()
        assert await loading_slowly.waits_for_slow(worker, "weights/cold")


async def test_what_is_being_brought_up_goes_on_when_the_wish_cannot_be_fetched(loading_slowly):
    cold = await with_weights("weights/cold")
    loading_slowly.breaks[cold.name, "fetch"] = "The hub has no such model."
    async with working(loading_slowly):
        await seen(lambda: "load weights/slow" in loading_slowly.log)
        await wish(cold)
        await seen(ended(Phase.FAILED))
        loading_slowly.loaded.set()
        await seen(serving("weights/slow"))
    assert loading_slowly.log.count("load weights/slow") == 1


async def test_when_that_wish_fails_what_was_being_brought_up_is(loading_slowly, strict):
    loading_slowly.breaks["rules/strict", "load"] = "A threshold is wrong."
    async with working(loading_slowly):
        await seen(lambda: "load weights/slow" in loading_slowly.log)
        await wish(strict)
        await seen(ended(Phase.FAILED))
        await seen(lambda: (worker := row()) and worker.status == GpuWorker.Status.STARTING)
        loading_slowly.loaded.set()
        await seen(serving("weights/slow"))
    assert (await Swap.objects.aget()).reason == "A threshold is wrong."
