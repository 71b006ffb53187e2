"""Engines that die, freeze or lie, at every moment: no résumé is lost, none is charged, somebody serves again."""

import os
import signal
from collections.abc import Callable
from typing import Any

import psutil
import pytest
from asgiref.sync import sync_to_async

from candidates.models import Evaluation
from gpu_worker import engine_watch
from gpu_worker.engines.providers import engine
from gpu_worker.worker import Worker
from models_admin.models import EngineRecord, GpuWorker, Phase, Swap
from tests.gpu_worker.looking import count, ended, row, seen, serving, wish, working
from tests.gpu_worker.vllm.conftest import BOTH_AWAKE, ONE_AWAKE, ready

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(180),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("redis", "connections_closed"),
]


@pytest.fixture(autouse=True)
def _pings_often(monkeypatch, settings) -> None:
    monkeypatch.setattr(engine_watch, "PING_EVERY_S", 0.2)
    settings.PING_LIMIT_S = 5.0
    settings.CONTROL_LIMIT_S = 2.0


def pid_of(worker: Worker, id_: int) -> int:
    engine: Any = worker.fleet[id_]
    return int(engine._processes.pids[0])


def engine_pids() -> set[int]:
    """The processes that engines run in: what the fork server has started and not buried yet."""
    children = psutil.Process().children()
    return {grandchild.pid for child in children for grandchild in child.children()}


async def many_resumes(waiting: Callable[..., Evaluation]) -> None:
    for letter in "abcdef":
        await sync_to_async(waiting)(letter)


async def all_read() -> None:
    await seen(lambda: count("succeeded") + count("failed") == 6)
    assert not [each.error async for each in Evaluation.objects.filter(status="failed")]
    assert not await Evaluation.objects.filter(failures__gt=0).aexists()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_lost_while_generating(text_a, waiting, fault):
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        lost = pid_of(worker, text_a.pk)
        await many_resumes(waiting)
        await seen(lambda: count("running") > 1)
        os.kill(lost, fault)
        await all_read()
        await seen(lambda: not psutil.pid_exists(lost))
        await seen(serving("tiny/text-a"))


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_lost_while_idle(text_a, waiting, fault):
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        lost = pid_of(worker, text_a.pk)
        os.kill(lost, fault)
        await seen(lambda: "is being restarted" in row().error)
        await seen(serving("tiny/text-a"))
        assert pid_of(worker, text_a.pk) != lost
        await many_resumes(waiting)
        await all_read()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_lost_while_loading(text_a, text_b, waiting, fault, settings):
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        settings.LOAD_LIMIT_S = 5.0
        before = engine_pids()
        await wish(text_b)
        (lost,) = await seen(lambda: engine_pids() - before)
        os.kill(lost, fault)
        swap = await seen(ended(Phase.ROLLED_BACK))
        assert "tiny/text-b" in swap.reason
        await seen(serving("tiny/text-a"))
        await many_resumes(waiting)
        await all_read()
        assert not psutil.pid_exists(lost)


async def test_killed_while_waking(text_a, text_b):
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        await ready(text_b)
        lost = pid_of(worker, text_a.pk)
        os.kill(lost, signal.SIGSTOP)  # so that it is waking for as long as we like
        await wish(text_a)
        await seen(lambda: Swap.objects.filter(phase=Phase.WAKING).exists())
        os.kill(lost, signal.SIGKILL)
        swap = await seen(ended(Phase.ROLLED_BACK))
        assert "tiny/text-a" in swap.reason
        await seen(serving("tiny/text-b"))
        assert list(worker.fleet.tiers()) == [text_b.pk]


async def test_frozen_while_waking(text_a, text_b, settings):
    settings.PING_LIMIT_S = 30.0
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        await ready(text_b)
        lost = pid_of(worker, text_a.pk)
        os.kill(lost, signal.SIGSTOP)
        await wish(text_a)
        swap = await seen(ended(Phase.ROLLED_BACK))
        assert "did not finish waking within 2 s" in swap.reason
        await seen(lambda: not psutil.pid_exists(lost))
        await seen(serving("tiny/text-b"))
        await ready(text_a)


async def test_one_that_dies_asleep_is_loaded_when_it_is_wanted(text_a, text_b):
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        await ready(text_b)
        os.kill(pid_of(worker, text_a.pk), signal.SIGKILL)
        await seen(lambda: text_a.pk not in worker.fleet.tiers())
        await seen(serving("tiny/text-b"))
        assert "loading" in (await ready(text_a)).phase_seconds


async def test_a_canary_that_answers_differently_is_not_let_at_the_resumes(text_a, text_b):
    async with working(engine, **ONE_AWAKE) as worker:
        await seen(serving("tiny/text-a"), limit_s=90)
        await ready(text_b)
        await ready(text_a)
        record = await EngineRecord.objects.aget(model_config=text_b)
        berth = worker.fleet._berths[text_b.pk]
        tokens = [*record.canary["tokens"][:-1], 999]
        berth.record = berth.record.__class__(
            fingerprint=berth.record.fingerprint,
            footprint=berth.record.footprint,
            canary={**record.canary, "tokens": tokens},
        )
        await wish(text_b)
        swap = await seen(ended(Phase.ROLLED_BACK))
        assert "its canary differs at token 8" in swap.reason
        await seen(serving("tiny/text-a"))
        assert list(worker.fleet.tiers()) == [text_a.pk]


async def test_a_checkpoint_of_an_unknown_architecture_is_rolled_back(text_a, tiny, checkpoints, waiting):
    config = checkpoints / "tiny/odd/config.json"
    config.parent.mkdir(exist_ok=True)
    for file in (checkpoints / "tiny/text-b").iterdir():
        (config.parent / file.name).write_bytes(file.read_bytes())
    config.write_text(config.read_text().replace("Qwen2ForCausalLM", "QuipuForCausalLM"))
    odd = await sync_to_async(tiny)("tiny/odd")
    async with working(engine, **BOTH_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        await wish(odd)
        swap = await seen(ended(Phase.ROLLED_BACK))
        assert "does not know its architecture (QuipuForCausalLM)" in swap.reason
        await many_resumes(waiting)
        await all_read()


async def test_a_model_that_can_never_fit_is_rolled_back_with_the_arithmetic(text_a, tiny):
    large = {"kv_cache_memory_bytes": 1 << 30, "max_num_seqs": 8}
    too_large = await sync_to_async(tiny)("tiny/text-b", engine_args=large)
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        await wish(too_large)
        swap = await seen(ended(Phase.ROLLED_BACK))
        assert "It needs 1.3 GiB" in swap.reason
        assert "the budget is 0.5 GiB" in swap.reason
        await seen(serving("tiny/text-a"))


async def test_a_newer_wish_while_one_runs_is_served_after_it(text_a, text_b):
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        await wish(text_b)
        await seen(lambda: Swap.objects.filter(phase=Phase.LOADING).exists())
        await wish(text_a)
        await seen(lambda: Swap.objects.filter(phase=Phase.READY).count() == 2)
        await seen(serving("tiny/text-a"))


async def test_stopped_while_swapping_it_leaves_no_process_and_says_goodbye(text_a, text_b):
    async with working(engine, **ONE_AWAKE):
        await seen(serving("tiny/text-a"), limit_s=90)
        await wish(text_b)
        await seen(lambda: Swap.objects.filter(phase=Phase.LOADING).exists())
    assert (await GpuWorker.objects.aget()).status == GpuWorker.Status.STOPPED
    await seen(lambda: not engine_pids())
