"""The same question, drawn the same way, alone: on a CPU a real model says the same, letter for letter."""

from dataclasses import replace

import pytest

from gpu_worker.engines.protocol import Sampling
from tests.vllm.conftest import RESUME

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
