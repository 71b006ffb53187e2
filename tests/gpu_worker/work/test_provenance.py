"""What is kept of a reading, so that it can be repeated and checked: written once, with its answer."""

import hashlib
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from candidates.documents import store
from candidates.evaluations import claims
from candidates.models import Evaluation
from candidates.models.provenance import Provenance
from gpu_worker.engines.protocol import Reply, Sampling
from tests.gpu_worker.fakes import Workshop
from tests.gpu_worker.looking import count, seen, working
from tests.queued import ANSWER, claim

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis")]

GREEDY = {
    "temperature": 0.0,
    "top_p": 1.0,
    "repetition_penalty": 1.1,
    "max_tokens": None,
    "thinking_tokens": 64,
    "seed": None,
}
SAID = Reply(
    answer=ANSWER,
    prompt_tokens=900,
    generated_tokens=70,
    prompt_version="decide-9",
    prompt_hash="f" * 64,
    raw='{"name": "Somebody Else"}',
    thinking="Does she bake?",
    sampling=Sampling(repetition_penalty=1.1, thinking_tokens=64),
)


@pytest.fixture
async def connections_closed():
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def workshop() -> Workshop:
    made = Workshop()
    made.reply = SAID
    return made


async def read(workshop, evaluation) -> Evaluation:
    async with working(workshop):
        await seen(lambda: count("succeeded") == 1)
    return await Evaluation.objects.aget(pk=evaluation.pk)


@pytest.mark.usefixtures("connections_closed")
async def test_a_reading_keeps_what_was_asked_how_it_was_drawn_and_what_was_said(balanced, waiting, workshop):
    kept = await read(workshop, await sync_to_async(waiting)("a"))
    assert (kept.sampling, kept.prompt_version, kept.prompt_hash) == (GREEDY, "decide-9", "f" * 64)
    assert (kept.raw, kept.thinking) == ('{"name": "Somebody Else"}', "Does she bake?")
    assert (kept.prompt_tokens, kept.generated_tokens) == (900, 70)


@pytest.mark.usefixtures("connections_closed")
async def test_a_reading_keeps_who_read_and_for_how_long(balanced, waiting, workshop):
    kept = await read(workshop, await sync_to_async(waiting)("a"))
    assert (kept.engine_version, kept.model_revision, kept.runs_as) == ("fake 1", "r1", "rules/balanced r1")
    assert kept.seconds >= 0


@pytest.mark.usefixtures("connections_closed")
async def test_of_the_page_images_those_are_kept_that_were_looked_at(
    balanced, waiting, workshop, monkeypatch
):
    images = {1: b"first", 2: b"second", 3: b"third"}
    monkeypatch.setattr(store, "images", lambda keys: images)
    await type(balanced).objects.filter(pk=balanced.pk).aupdate(type="multimodal", provider="vllm")
    monkeypatch.setattr("gpu_worker.capability.obstacle", lambda row: "")
    monkeypatch.setattr("gpu_worker.capability.is_here", lambda row: True)
    await type(balanced).objects.filter(pk=balanced.pk).aupdate(is_default=True)
    workshop.reply = replace(SAID, seen=2)
    kept = await read(workshop, await sync_to_async(waiting)("a"))
    assert kept.page_hashes == [hashlib.sha256(images[number]).hexdigest() for number in (1, 2)]


def test_what_an_evaluation_is_told_to_draw_with_reaches_the_engine_as_it_was_kept(waiting, worker):
    evaluation = waiting("a")
    Evaluation.objects.filter(pk=evaluation.pk).update(sampling=GREEDY)
    [reading] = claim(worker)
    assert Sampling(**reading.sampling) == SAID.sampling


def test_text_that_a_database_cannot_keep_is_kept_without_it(waiting, worker):
    evaluation = waiting("a")
    [reading] = claim(worker)
    claims.complete(reading, ANSWER, Provenance(engine_version="fake 1", raw="a\0b"))
    assert Evaluation.objects.get(pk=evaluation.pk).raw == "a\ufffdb"


def test_what_the_model_was_told_about_an_earlier_answer_is_kept(waiting, worker):
    evaluation = waiting("a")
    [first] = claim(worker)
    claims.EVALUATIONS.fail(first, "The answer was cut.", in_answer=True)
    [again] = claim(worker)
    claims.complete(again, ANSWER, Provenance(engine_version="fake 1"))
    assert Evaluation.objects.get(pk=evaluation.pk).wrong == "The answer was cut."
