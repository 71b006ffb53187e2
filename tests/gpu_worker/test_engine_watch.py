"""An engine that nobody has used for its idle time is unloaded, unless somebody needs it now."""

import pytest
from asgiref.sync import sync_to_async

from gpu_worker import capability, engine_watch
from models_admin.models import ModelConfig, Phase, Swap
from tests.gpu_worker.looking import count, pinned, seen, serving, watched, wish, with_weights, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "loop_closed")]

IDLE_S = 60


@pytest.fixture(autouse=True)
def _anything_runs(monkeypatch) -> None:
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    monkeypatch.setattr(engine_watch, "PING_EVERY_S", 0.1)


async def test_one_that_nobody_uses_is_unloaded(balanced, strict, workshop, clock):
    await ModelConfig.objects.filter(pk=balanced.pk).aupdate(idle_ttl_s=IDLE_S)
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(strict)
        await seen(serving("rules/strict"))
        workshop.log.clear()
        clock.now_s += IDLE_S + 1
        await seen(lambda: "unload rules/balanced" in workshop.log)


async def test_one_that_works_is_in_use_though_another_has_its_turn(
    balanced, waiting, workshop, clock, idle_rounds
):
    first, second = (
        await with_weights("weights/first", idle_ttl_s=IDLE_S),
        await with_weights("weights/second"),
    )
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await pinned(waiting, "a", first)
        await seen(lambda: count("succeeded") == 1)
        workshop.open.clear()
        await pinned(waiting, "b", second)
        await seen(lambda: "evaluate weights/second" in workshop.log)
        workshop.log.clear()
        await pinned(waiting, "c", first)
        await seen(lambda: "evaluate weights/first" in workshop.log)
        clock.now_s += IDLE_S + 1
        await watched(idle_rounds)
        unloaded = "unload weights/first" in workshop.log
        workshop.open.set()
        await seen(lambda: count("succeeded") == 3)
    assert not unloaded


async def test_one_that_is_wished_for_is_in_use_while_what_is_in_hand_is_finished(
    balanced, strict, waiting, workshop, clock, idle_rounds
):
    await ModelConfig.objects.filter(pk=strict.pk).aupdate(idle_ttl_s=IDLE_S)
    async with working(workshop):
        await seen(serving("rules/balanced"))
        for model in (strict, balanced):
            await wish(model)
            await seen(serving(model.name))
        workshop.open.clear()
        await sync_to_async(waiting)("a")
        await workshop.asked.wait()
        await wish(strict)
        await seen(lambda: Swap.objects.filter(phase=Phase.DRAINING).exists())
        clock.now_s += IDLE_S + 1
        await watched(idle_rounds)
        workshop.open.set()
        await seen(serving("rules/strict"))
    assert workshop.log.count("load rules/strict") == 1
