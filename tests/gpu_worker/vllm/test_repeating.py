"""The same question, drawn the same way, alone: on a CPU a real model says the same, letter for letter."""

from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async

from candidates.evaluations.prompts import VERSION
from candidates.models import Evaluation
from candidates.opinions import differences, reproductions
from gpu_worker.engines.protocol import Sampling
from gpu_worker.engines.providers import engine as make_engine
from tests.gpu_worker.looking import count, seen, working
from tests.gpu_worker.vllm.conftest import BOTH_AWAKE, RESUME

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]


async def test_it_says_the_same_and_was_asked_the_same(running):
    async with running() as engine:
        first, second = await engine.evaluate(RESUME), await engine.evaluate(RESUME)
    assert (first.raw, first.prompt_hash) == (second.raw, second.prompt_hash)
    assert first.raw.startswith("{")


async def test_another_resume_is_another_prompt(running):
    async with running() as engine:
        first = await engine.evaluate(RESUME)
        second = await engine.evaluate(replace(RESUME, pages=("Ben Example",)))
    assert first.prompt_hash != second.prompt_hash


async def test_it_draws_as_it_is_asked_to_whatever_its_row_says_now(running):
    as_before = Sampling(repetition_penalty=1.5)
    async with running() as engine:
        plain = await engine.evaluate(RESUME)
        before = await engine.evaluate(replace(RESUME, sampling=as_before))
    assert (plain.sampling, before.sampling) == (Sampling(), as_before)
    assert plain.raw != before.raw


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("redis", "connections_closed")
async def test_a_reproduction_through_the_worker_is_identical(text_a, waiting):
    first = await sync_to_async(waiting)("a")
    async with working(make_engine, **BOTH_AWAKE):
        await seen(lambda: count("succeeded") == 1, limit_s=120)
        read = await Evaluation.objects.select_related("application__job__owner").aget(pk=first.pk)
        owner = read.application.job.owner
        [repeat] = await sync_to_async(reproductions.reproduce)(read, owner)
        await seen(lambda: count("succeeded") == 2)
    again = await Evaluation.objects.aget(pk=repeat.pk)
    difference = differences.difference_between(read, again)
    assert (str(difference), difference.circumstances) == ("Identical, letter for letter", ())
    assert (read.prompt_version, len(read.prompt_hash), read.generated_tokens > 0) == (VERSION, 64, True)
