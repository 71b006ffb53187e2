"""An engine that dies while it serves: who is to blame, what is brought back, and when a person is asked."""

import threading

import pytest
from asgiref.sync import sync_to_async

from candidates.models import Evaluation, EvaluationStatus
from gpu_worker import capability, engine_watch
from gpu_worker.engines.protocol import Footprint
from models_admin.models import GpuWorker
from models_admin.swaps import swap_rows
from tests.gpu_worker.looking import count, looked, row, seen, serving, wish, with_weights, working

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "loop_closed")]


LARGE = Footprint(gpu_gib=15.0, host_gib=10.0)


@pytest.fixture
def quick_pings(monkeypatch) -> None:
    monkeypatch.setattr(engine_watch, "PING_EVERY_S", 0.1)


async def test_one_that_is_lost_after_a_swap_is_brought_back_and_not_the_one_before_it(
    balanced, strict, workshop, quick_pings
):
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(strict)
        await seen(serving("rules/strict"))
        workshop.log.clear()
        workshop.breaks["rules/strict", "ping"] = "It is dead."
        await seen(lambda: "unload rules/strict" in workshop.log)
        workshop.breaks.clear()
        await seen(lambda: "check rules/strict" in workshop.log)
        await seen(serving("rules/strict"))
    assert "load rules/balanced" not in workshop.log


async def test_one_that_cannot_be_brought_back_is_not_replaced_by_another_that_nobody_chose(
    balanced, workshop, quick_pings, monkeypatch
):
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    cold = await with_weights("weights/cold")
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(serving("weights/cold"))
        monkeypatch.setattr(capability, "is_here", lambda row: row.name != cold.name)
        workshop.breaks = {(cold.name, "ping"): "It is dead.", (cold.name, "load"): "Its weights are gone."}
        worker = await seen(lambda: (found := row()) and found.status == GpuWorker.Status.ERROR and found)
    assert (worker.model_config, worker.error) == (cold, "Its weights are gone.")


async def test_what_a_swap_has_sent_away_is_not_lost_though_its_row_is_written_slowly(
    balanced, strict, workshop, monkeypatch
):
    end, begun, goes_on = swap_rows.end_swap, threading.Event(), threading.Event()

    def slow_end(*args, **kwargs):
        begun.set()
        goes_on.wait()
        return end(*args, **kwargs)

    monkeypatch.setattr(swap_rows, "end_swap", slow_end)
    workshop.sizes = {balanced.name: LARGE, strict.name: LARGE}
    async with working(workshop, gpu_gib=20.0, host_gib=20.0) as worker:
        await seen(serving("rules/balanced"))
        await wish(strict)
        await seen(begun.is_set)
        await looked(worker)
        goes_on.set()
        await seen(serving("rules/strict"))
    assert workshop.log.count("check rules/strict") == 1


async def test_what_was_in_hand_when_an_engine_died_runs_alone_and_only_the_poisonous_fails(
    balanced, waiting, workshop
):
    workshop.poison[("b",)] = "It died of this."
    for letter in "abc":
        await sync_to_async(waiting)(letter)
    async with working(workshop):
        await seen(lambda: count("succeeded") == 2 and count("failed") == 1)
        await seen(serving("rules/balanced"))
    failed = await Evaluation.objects.aget(status=EvaluationStatus.FAILED)
    others = Evaluation.objects.exclude(pk=failed.pk)
    assert (failed.error, failed.failures) == ("It died of this.", 3)
    assert [evaluation.failures async for evaluation in others] == [0, 0]


async def test_an_engine_that_dies_again_and_again_waits_for_a_person(balanced, workshop, monkeypatch):
    monkeypatch.setattr(engine_watch, "PING_EVERY_S", 0.1)
    workshop.breaks["rules/balanced", "ping"] = "It is dead."
    async with working(workshop):
        worker = await seen(lambda: (worker := row()) and worker.status == GpuWorker.Status.ERROR and worker)
    assert worker.error == "It is dead. It was lost again and again."


async def test_several_poisonous_résumés_are_survived_one_after_the_other(balanced, waiting, workshop):
    workshop.poison[("a",)] = workshop.poison[("b",)] = "It died of this."
    for letter in "abcd":
        await sync_to_async(waiting)(letter)
    async with working(workshop):
        await seen(lambda: count("succeeded") == 2 and count("failed") == 2)
        await seen(serving("rules/balanced"))


async def test_when_every_résumé_is_poisonous_it_is_the_engine_and_waits_for_a_person(
    balanced, waiting, workshop
):
    for letter in "abcdef":
        workshop.poison[letter,] = "It died of this."
        await sync_to_async(waiting)(letter)
    async with working(workshop):
        await seen(lambda: (worker := row()) and worker.status == GpuWorker.Status.ERROR)
    assert await sync_to_async(count)("failed") == 3
