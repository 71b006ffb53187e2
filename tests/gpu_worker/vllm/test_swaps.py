"""Swaps between real engines: who sleeps, who wakes, who is loaded, and that no résumé is lost meanwhile."""

import pytest
from asgiref.sync import sync_to_async

from candidates.models import Evaluation
from gpu_worker.core.residency import Tier
from gpu_worker.engines.providers import engine
from models_admin.models import EngineRecord, GpuWorker, ModelConfig, Phase
from tests.gpu_worker.looking import count, ended, seen, serving, watched, wish, working
from tests.gpu_worker.vllm.conftest import BOTH_AWAKE, ONE_AWAKE, ready

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(180),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("redis", "connections_closed"),
]


async def test_a_model_sleeps_for_another_and_wakes_again(text_a, text_b):
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        there = await ready(text_b)
        assert worker.fleet.tiers() == {text_a.pk: Tier.HOST, text_b.pk: Tier.GPU}
        back = await ready(text_a)
        assert worker.fleet.tiers() == {text_a.pk: Tier.GPU, text_b.pk: Tier.HOST}
    assert (there.cold, "loading" in there.phase_seconds) == (True, True)
    assert (back.cold, "waking" in back.phase_seconds) == (False, True)


async def test_what_fits_is_loaded_while_the_other_still_serves(text_a, text_b):
    async with working(engine, **BOTH_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        swap = await ready(text_b)
        assert worker.fleet.tiers() == {text_a.pk: Tier.GPU, text_b.pk: Tier.GPU}
    assert swap.phase_seconds["preparing"] > 0.3
    assert "loading" not in swap.phase_seconds


async def test_resumes_are_read_before_during_and_after_a_swap(text_a, text_b, waiting, settings):
    settings.DRAIN_S = 60
    for letter in "abcdef":
        await sync_to_async(waiting)(letter)
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        await seen(lambda: count("running") > 0)
        await wish(text_b)
        for letter in "ghijkl":
            await sync_to_async(waiting)(letter)
        await seen(lambda: count("succeeded") == 12)
    read_by = [name async for name in Evaluation.objects.values_list("model_config__name", flat=True)]
    assert set(read_by) == {"tiny/text-a", "tiny/text-b"}
    assert not await Evaluation.objects.filter(failures__gt=0).aexists()


async def test_a_pair_that_fits_is_awake_together(text_a, tiny):
    parser = await sync_to_async(tiny)("tiny/vision", type="vision_ocr", inference_modes=["hybrid"])
    async with working(engine, **BOTH_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        from django.contrib.auth.models import AnonymousUser

        from models_admin.swaps import wishes

        name = "tiny/vision + tiny/text-a"
        await sync_to_async(wishes.make_wish)(model_name=name, mode="hybrid", user=AnonymousUser())
        await seen(ended(Phase.READY))
        assert worker.fleet.tiers() == {text_a.pk: Tier.GPU, parser.pk: Tier.GPU}


async def test_what_was_measured_is_kept_and_used_again(text_a, text_b):
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        first = await EngineRecord.objects.aget()
        assert first.canary["tokens"]
        await ready(text_b)
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-b"), limit_s=90)
    assert await EngineRecord.objects.acount() == 2


async def test_without_sleep_a_model_is_unloaded(text_a, text_b):
    await ModelConfig.objects.aupdate(sleep_level=0)
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        await ready(text_b)
        assert worker.fleet.tiers() == {text_b.pk: Tier.GPU}


async def test_a_pinned_model_is_never_sent_away(text_a, text_b):
    await ModelConfig.objects.filter(pk=text_a.pk).aupdate(pin=True)
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        await wish(text_b)
        swap = await seen(ended(Phase.ROLLED_BACK))
        assert "pinned models keep" in swap.reason
        await seen(serving("tiny/text-a"))


async def test_a_preloaded_model_is_ready_before_anybody_asks(text_a, text_b):
    await ModelConfig.objects.filter(pk=text_b.pk).aupdate(preload=True)
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        assert worker.fleet.tiers() == {text_a.pk: Tier.GPU, text_b.pk: Tier.HOST}


async def test_an_idle_model_is_unloaded_when_its_time_is_up(text_a, text_b, monkeypatch, clock, idle_rounds):
    from gpu_worker import engine_watch

    monkeypatch.setattr(engine_watch, "PING_EVERY_S", 0.2)
    await ModelConfig.objects.filter(pk=text_a.pk).aupdate(idle_ttl_s=60)
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        clock.now_s += 61
        await watched(idle_rounds)
        assert text_a.pk in worker.fleet.tiers()  # it serves
        await ready(text_b)
        await seen(lambda: text_a.pk not in worker.fleet.tiers())


async def test_the_worker_says_what_its_engines_hold(text_a):
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        await seen(lambda: GpuWorker.objects.get().memory.get("engines"))
        said = (await GpuWorker.objects.aget()).memory
    assert said["gpu_budget_gib"] == 0.45
    assert 0.05 < said["engines"][str(text_a.pk)]["gpu_gib"] < 0.45
