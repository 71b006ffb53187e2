"""A real engine: what it answers, how it sleeps, and how its process ends."""

import os
import signal

import psutil
import pytest

from gpu_worker.engines.protocol import AnswerFailed, EngineFailed, Sampling
from gpu_worker.engines.vllm.engine import VllmEngine
from tests.gpu_worker.vllm.conftest import RESUME, spec
from tests.seen import eventually

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]


async def test_it_answers_in_the_schema(running):
    async with running() as engine:
        reply = await engine.evaluate(RESUME)
    assert reply.answer.outcome in ("Shortlisted", "Needs Review", "Rejected", "Invalid")
    assert reply.prompt_tokens > 100
    assert reply.generated_tokens > 10


async def test_an_answer_that_is_cut_off_fails_with_words(running):
    async with running(sampling=Sampling(max_tokens=16)) as engine:
        with pytest.raises(AnswerFailed, match="cut off"):
            await engine.evaluate(RESUME)
        await engine.ping()


async def test_a_resume_that_is_too_long_fails_alone(running):
    long = RESUME.__class__(**{**RESUME.__dict__, "pages": ("sourdough " * 5000,)})
    async with running() as engine:
        with pytest.raises(AnswerFailed, match="too long"):
            await engine.evaluate(long)
        await engine.evaluate(RESUME)


@pytest.mark.parametrize("name", ["tiny/text-a", "tiny/vision"])
async def test_its_canary_is_the_same_after_sleep_and_after_another_load(running, name):
    async with running(name) as engine:
        canary = await engine.check({})
        await engine.sleep()
        await engine.wake()
        assert await engine.check(canary) == canary
    async with running(name) as engine:
        assert await engine.check(canary) == canary


async def test_a_canary_that_differs_is_the_end_of_it(running):
    async with running("tiny/text-b") as other:
        foreign = await other.check({})
    async with running("tiny/text-a") as engine:
        with pytest.raises(EngineFailed, match="does not answer as it did"):
            await engine.check(foreign)


async def test_unloading_leaves_no_process_and_no_shared_memory(running):
    shared = set(os.listdir("/dev/shm"))
    async with running() as engine:
        processes = engine._processes.look()
        assert processes
    eventually(lambda: not any(process.is_running() for process in processes))
    assert set(os.listdir("/dev/shm")) <= shared


async def test_a_killed_process_is_noticed_by_a_ping(running):
    async with running() as engine:
        os.kill(engine._processes.pids[0], signal.SIGKILL)
        with pytest.raises(EngineFailed):
            await engine.ping()


async def test_a_frozen_process_is_noticed_by_a_ping(running, settings):
    settings.PING_LIMIT_S = 1.0
    async with running() as engine:
        os.kill(engine._processes.pids[0], signal.SIGSTOP)
        with pytest.raises(EngineFailed, match="within 1 s"):
            await engine.ping()


async def test_what_forks_has_one_thread_and_has_never_seen_a_gpu(running):
    async with running() as engine:
        server = psutil.Process(engine._processes.pids[0]).parent()
        assert server.pid != os.getpid()
        assert server.num_threads() == 1


async def test_its_size_is_measured(running):
    engine = VllmEngine(spec())
    try:
        took = await engine.load()
    finally:
        await engine.unload()
    assert 0.05 < took.gpu_gib < 1.5


async def test_load_without_weights_says_what_is_missing(checkpoints):
    engine = VllmEngine(spec("tiny/unknown"))
    with pytest.raises(EngineFailed, match="not on this machine"):
        await engine.load()
    assert eventually(lambda: not engine._processes.pids)
