"""Work of several engines on one GPU: a pair in stages, and pinned work; what a person selected comes back."""

import pytest
from asgiref.sync import sync_to_async

from candidates.documents import store
from candidates.models import Evaluation, EvaluationStatus, Resume, Transcript
from gpu_worker import capability, engine_watch, heartbeat
from gpu_worker.engines.protocol import Footprint
from models_admin.models import ModelConfig
from tests.gpu_worker.looking import count, looked, pinned, row, seen, serving, with_weights, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "loop_closed")]

LARGE = Footprint(gpu_gib=15.0, host_gib=10.0)
BOTH = {"gpu_gib": 40.0, "host_gib": 40.0}
ONE = {"gpu_gib": 20.0, "host_gib": 40.0}


@pytest.fixture(autouse=True)
def _anything_runs(monkeypatch) -> None:
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    monkeypatch.setattr(capability, "is_here", lambda row: True)
    monkeypatch.setattr(store, "images", lambda keys: {number: key.encode() for number, key in keys.items()})


@pytest.fixture
async def pair(workshop) -> tuple[ModelConfig, ModelConfig]:
    """A parser and a reasoner, each of 15 GiB, selected by a worker that starts."""
    parser, reasoner = await with_weights("weights/parser"), await with_weights("weights/reasoner")
    await ModelConfig.objects.filter(pk=parser.pk).aupdate(type="vision_ocr", inference_modes=["hybrid"])
    await ModelConfig.objects.filter(pk=reasoner.pk).aupdate(inference_modes=["hybrid"])
    workshop.sizes = {parser.name: LARGE, reasoner.name: LARGE}
    return parser, reasoner


@pytest.fixture
async def selected(pair) -> None:
    from tests.queued import make_worker

    def select() -> None:
        row = make_worker("gpu0", pair[1])
        row.mode, row.parser, row.status = "hybrid", pair[0], "stopped"
        row.save()

    await sync_to_async(select)()


async def scanned(waiting, letter: str) -> Evaluation:
    """An evaluation of a résumé of one page that waits; its image says what its text does not."""
    evaluation = await sync_to_async(waiting)(letter)
    image = {"key": f"image {letter}"}
    page = {"width_pt": 1, "height_pt": 1, "text": "", "image": image}
    resume = Resume.objects.filter(applications=evaluation.application_id)
    await resume.aupdate(pages=[page])
    return evaluation


@pytest.mark.parametrize("budget", [BOTH, ONE], ids=["both fit", "one fits"])
async def test_a_pair_parses_and_decides(selected, waiting, workshop, budget):
    evaluation = await scanned(waiting, "a")
    async with working(workshop, **budget):
        await seen(lambda: count("succeeded") == 1)
    await evaluation.arefresh_from_db()
    transcript = await Transcript.objects.aget()
    assert transcript.pages == [{"text": "Read by weights/parser: image a", "cut": False}]
    assert evaluation.transcript_id == transcript.pk


async def test_where_one_fits_many_résumés_cost_one_switch(selected, waiting, workshop):
    for letter in "abcd":
        await scanned(waiting, letter)
    async with working(workshop, **ONE):
        await seen(lambda: count("succeeded") == 4)
    asked = [line for line in workshop.log if line.startswith(("transcribe", "evaluate"))]
    assert asked == ["transcribe weights/parser"] * 4 + ["evaluate weights/reasoner"] * 4


async def test_nobody_is_rejected_for_a_page_that_was_not_read_to_its_end(selected, waiting, workshop):
    from tests.gpu_worker.fakes import ANSWER

    workshop.reply = workshop.reply.__class__(answer=ANSWER.model_copy(update={"outcome": "Rejected"}))
    evaluation = await scanned(waiting, "a")
    await Resume.objects.aupdate(
        pages=[{"width_pt": 1, "height_pt": 1, "text": "", "image": {"key": "long"}}]
    )
    async with working(workshop, **BOTH):
        await seen(lambda: count("succeeded") == 1)
    await evaluation.arefresh_from_db()
    assert evaluation.outcome == "Needs Review"
    assert "Page 1 could not be transcribed to the end" in evaluation.reason


async def test_a_page_that_cannot_be_parsed_ends_what_waits_for_it_with_the_reason(
    selected, waiting, workshop
):
    workshop.breaks["weights/parser", "transcribe"] = "The page has no end."
    evaluation = await scanned(waiting, "a")
    async with working(workshop, **BOTH):
        await seen(lambda: count("failed") == 1)
    await evaluation.arefresh_from_db()
    assert evaluation.error == "The page has no end."
    assert not await Transcript.objects.aexists()


async def test_pinned_work_is_done_by_its_own_model_and_the_selection_comes_back(balanced, waiting, workshop):
    other = await with_weights("weights/other")
    workshop.sizes = {balanced.name: LARGE, other.name: LARGE}
    evaluation = await sync_to_async(waiting)("a")
    await Evaluation.objects.aupdate(pinned=True, mode="one_shot", model_config=other)
    async with working(workshop, **ONE):
        await seen(lambda: count("succeeded") == 1)
        await seen(lambda: workshop.log[-1] == "check rules/balanced")
        await seen(serving("rules/balanced"))
    await evaluation.arefresh_from_db()
    assert (evaluation.status, evaluation.model_config_id) == (EvaluationStatus.SUCCEEDED, other.pk)


async def test_pinned_work_whose_model_does_not_come_up_ends_with_the_reason(
    balanced, waiting, workshop, monkeypatch
):
    monkeypatch.setattr("gpu_worker.moves.turns.BACKOFF_S", 0.0)
    other = await with_weights("weights/other")
    workshop.breaks[other.name, "load"] = "It has no weights."
    evaluation = await sync_to_async(waiting)("a")
    await Evaluation.objects.aupdate(pinned=True, mode="one_shot", model_config=other)
    async with working(workshop, **BOTH):
        await seen(lambda: count("failed") == 1)
        await seen(serving("rules/balanced"))
    await evaluation.arefresh_from_db()
    assert evaluation.error == "It has no weights."


async def test_while_an_engine_is_left_alone_the_worker_says_what_waits_for_it_and_why(
    balanced, waiting, workshop, monkeypatch
):
    monkeypatch.setattr(heartbeat, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr("gpu_worker.moves.turns.BACKOFF_S", 1.0)
    other = await with_weights("weights/other")
    workshop.breaks[other.name, "load"] = "It has no weights."
    async with working(workshop, **BOTH):
        await seen(serving("rules/balanced"))
        await pinned(waiting, "a", other)
        said = await seen(lambda: (worker := row()) and worker.waits)
        del workshop.breaks[other.name, "load"]
        await seen(lambda: count("succeeded") == 1)
        await seen(lambda: (worker := row()) and not worker.waits)
    assert said == "Work for weights/other waits a minute for the next try: It has no weights."


async def test_several_models_that_do_not_come_up_for_pinned_work_end_nothing_else(
    balanced, waiting, workshop, monkeypatch
):
    monkeypatch.setattr("gpu_worker.moves.turns.BACKOFF_S", 0.0)
    others = [await with_weights(f"weights/{letter}") for letter in "abc"]
    workshop.sizes = {model.name: LARGE for model in (balanced, *others)}
    workshop.breaks = {(model.name, "load"): "It has no weights." for model in others}
    async with working(workshop, **ONE):
        await seen(serving("rules/balanced"))
        for model in others:
            await pinned(waiting, model.name[-1], model)
        await seen(lambda: count("failed") == 3)
        await sync_to_async(waiting)("d")
        await seen(lambda: count("succeeded") == 1)


async def test_what_was_selected_and_does_not_come_back_is_left_alone_for_a_while(
    balanced, waiting, workshop, monkeypatch
):
    monkeypatch.setattr(engine_watch, "PING_EVERY_S", 0.1)
    monkeypatch.setattr(heartbeat, "HEARTBEAT_S", 0.05)
    other = await with_weights("weights/other")
    async with working(workshop, **BOTH) as worker:
        await seen(serving("rules/balanced"))
        workshop.open.clear()
        await pinned(waiting, "a", other)
        await workshop.asked.wait()
        workshop.log.clear()
        workshop.breaks[balanced.name, "load"] = "A threshold is wrong."
        workshop.breaks[balanced.name, "ping"] = "It is dead."
        await seen(lambda: "unload rules/balanced" in workshop.log)
        workshop.open.set()
        await seen(lambda: (found := row()) and "A threshold is wrong." in found.waits)
        await looked(worker)
    assert workshop.log.count("load rules/balanced") == 1
