"""Trials: a model is loaded and checked for a person, and what is selected goes on serving."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from gpu_worker import capability
from gpu_worker.engines.protocol import Footprint
from models_admin.models import GpuWorker, ModelConfig, Swap, Trial
from tests.gpu_worker.fakes import FakeEngine
from tests.gpu_worker.looking import count, pinned, seen, serving, with_weights, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "loop_closed")]

LARGE = Footprint(gpu_gib=15.0, host_gib=10.0)
BOTH = {"gpu_gib": 40.0, "host_gib": 40.0}
ONE = {"gpu_gib": 20.0, "host_gib": 40.0}


@pytest.fixture(autouse=True)
def _anything_runs(monkeypatch) -> None:
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    monkeypatch.setattr(capability, "is_here", lambda row: True)


@pytest.fixture
async def other(balanced, workshop) -> ModelConfig:
    """A model of 15 GiB, as large as the one that serves."""
    other = await with_weights("weights/other")
    workshop.sizes = {balanced.name: LARGE, other.name: LARGE}
    return other


async def asked(row: ModelConfig, **fields) -> Trial:
    worker = await GpuWorker.objects.aget()
    return await Trial.objects.acreate(worker=worker, model_config=row, **fields)


def ended() -> bool:
    return not Trial.objects.filter(ended_at=None).exists()


async def test_where_both_fit_it_is_tried_beside_what_serves_and_leaves(other, workshop):
    async with working(workshop, **BOTH):
        await seen(serving("rules/balanced"))
        trial = await asked(other)
        await seen(ended)
        await trial.arefresh_from_db()
        assert (trial.status, trial.reason, trial.gpu_gib, trial.host_gib) == ("passed", "", 15.0, 10.0)
        assert workshop.log[-3:] == ["load weights/other", "check weights/other", "unload weights/other"]
        assert "sleep rules/balanced" not in workshop.log


async def test_one_that_has_work_by_now_does_not_leave_in_the_middle_of_it(other, waiting, workshop):
    checked = asyncio.Event()

    class Engine(FakeEngine):
        async def check(self, recorded: Mapping[str, Any]) -> Mapping[str, Any]:
            if self.spec.name == other.name:
                await checked.wait()
            return await super().check(recorded)

    async with working(lambda spec: Engine(spec, workshop), **BOTH):
        await seen(serving("rules/balanced"))
        workshop.open.clear()
        await asked(other)
        await seen(lambda: "load weights/other" in workshop.log)
        await pinned(waiting, "a", other)
        await workshop.asked.wait()
        workshop.log.clear()
        checked.set()
        await seen(ended)
        left = "unload weights/other" in workshop.log
        workshop.open.set()
        await seen(lambda: count("succeeded") == 1)
    assert not left


async def test_one_that_is_kept_stays(other, workshop):
    async with working(workshop, **BOTH):
        await seen(serving("rules/balanced"))
        await asked(other, keep=True)
        await seen(ended)
        assert "unload weights/other" not in workshop.log


async def test_where_one_fits_what_serves_makes_room_and_comes_back(other, waiting, workshop):
    async with working(workshop, **ONE):
        await seen(serving("rules/balanced"))
        trial = await asked(other)
        await seen(ended)
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
    await trial.arefresh_from_db()
    assert trial.status == "passed"
    assert workshop.log.index("sleep rules/balanced") < workshop.log.index("load weights/other")
    assert workshop.log.index("unload weights/other") < workshop.log.index("wake rules/balanced")


async def test_one_that_fails_says_why_and_what_is_selected_serves_on(other, waiting, workshop):
    workshop.breaks[other.name, "check"] = "It answers differently."
    async with working(workshop, **ONE):
        await seen(serving("rules/balanced"))
        trial = await asked(other)
        await seen(ended)
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
    await trial.arefresh_from_db()
    assert (trial.status, trial.reason) == ("failed", "It answers differently.")


async def test_work_goes_on_while_one_is_tried_beside_it(other, waiting, workshop):
    workshop.fetched.clear()
    async with working(workshop, **BOTH):
        await seen(serving("rules/balanced"))
        await asked(other)
        await seen(lambda: Trial.objects.get().status == "running")
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
        assert (await Trial.objects.aget()).status == "running"
        workshop.fetched.set()
        await seen(ended)


async def test_a_wish_goes_first_and_the_trial_waits_again(other, strict, workshop):
    workshop.fetched.clear()
    async with working(workshop, **BOTH):
        await seen(serving("rules/balanced"))
        await asked(other)
        await seen(lambda: Trial.objects.get().status == "running")
        worker = await GpuWorker.objects.aget()
        await Swap.objects.acreate(worker=worker, mode="one_shot", model_config=strict)
        await seen(serving("rules/strict"))
        workshop.fetched.set()
        await seen(ended)
    assert (await Trial.objects.aget()).status == "passed"


async def test_a_worker_that_stops_puts_it_back(other, workshop):
    workshop.fetched.clear()
    async with working(workshop, **BOTH):
        await seen(serving("rules/balanced"))
        await asked(other)
        await seen(lambda: Trial.objects.get().status == "running")
    assert (await Trial.objects.aget()).status == "queued"
