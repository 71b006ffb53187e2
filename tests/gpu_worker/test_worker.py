"""The worker around the core: what it claims, how it swaps, and what it leaves behind. Engines are fakes."""

import asyncio
import os
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from candidates.evaluations import claims
from candidates.models import Evaluation, EvaluationStatus
from gpu_worker import capability
from gpu_worker.engines.protocol import EngineFailed, EngineSpec, Footprint, Record
from gpu_worker.moves import swap_run
from gpu_worker.roster import NameTaken
from gpu_worker.work.evaluations import Evaluations
from jobs import openings
from jobs.criteria import listed
from models_admin.models import GpuWorker, Phase, Swap
from tests.gpu_worker.fakes import FakeEngine
from tests.gpu_worker.looking import (
    count,
    ended,
    looked,
    make_worker,
    seen,
    serving,
    wish,
    with_weights,
    working,
)
from tests.seen import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis", "loop_closed")]


async def test_it_starts_with_the_first_rules_when_nobody_has_chosen(balanced, workshop):
    async with working(workshop):
        await seen(serving("rules/balanced"))


async def test_it_starts_with_the_default_where_that_can_run(balanced, strict, workshop):
    strict.is_default = True
    await strict.asave()
    async with working(workshop):
        await seen(serving("rules/strict"))


async def test_what_waits_is_answered(balanced, waiting, workshop):
    for letter in "abcde":
        await sync_to_async(waiting)(letter)
    async with working(workshop):
        await seen(lambda: count("succeeded") == 5)


async def test_an_engine_is_told_the_criteria_of_the_version_that_it_reads_for(
    balanced, job, waiting, workshop
):
    wanted = listed([("Rye", "must"), ("Night shifts", "knock_out")])

    def prepare() -> None:
        how = {"title": "Baker", "description": "Bakes bread.", "by": job.owner}
        openings.revise(job, criteria=wanted, **how)
        waiting("a")
        openings.revise(job, criteria=wanted[:1], **how)

    await sync_to_async(prepare)()
    async with working(workshop):
        await seen(lambda: count("succeeded") == 1)
    assert [request.criteria for request in workshop.requests] == [wanted]


async def test_an_engine_gets_no_more_at_once_than_it_wants(balanced, waiting, workshop):
    for letter in "abcde":
        await sync_to_async(waiting)(letter)
    workshop.open.clear()
    async with working(workshop) as worker:
        await workshop.asked.wait()
        await looked(worker)
        assert await sync_to_async(count)("running") == 2
        workshop.open.set()
        await seen(lambda: count("succeeded") == 5)


async def test_one_that_comes_while_the_engine_has_much_room_does_not_wait(
    balanced, waiting, workshop, monkeypatch
):
    monkeypatch.setattr(FakeEngine, "max_in_flight", 20)
    workshop.open.clear()
    async with working(workshop):
        await sync_to_async(waiting)("a")
        await workshop.asked.wait()
        await sync_to_async(waiting)("b")
        await seen(lambda: count("running") == 2)
        workshop.open.set()


async def test_an_answer_that_fails_three_times_ends_with_its_sentence(balanced, waiting, workshop):
    workshop.breaks["rules/balanced", "evaluate"] = "The answer was cut."
    evaluation = await sync_to_async(waiting)("a")
    async with working(workshop):
        await seen(lambda: count("failed") == 1)
    await evaluation.arefresh_from_db()
    assert (evaluation.error, evaluation.failures) == ("The answer was cut.", 3)


async def test_what_is_in_hand_is_not_taken_again_though_its_lease_ran_out(balanced, waiting, workshop):
    await sync_to_async(waiting)("a")
    workshop.open.clear()
    async with working(workshop) as worker:
        await workshop.asked.wait()
        await sync_to_async(Evaluation.objects.update)(lease_expires_at=timezone.now() - timedelta(hours=1))
        await sync_to_async(claims.EVALUATIONS.requeue_expired)()
        await looked(worker)
        assert await sync_to_async(count)("queued") == 1
        workshop.open.set()
        assert await seen(lambda: count("succeeded") == 1)
        assert workshop.log.count("evaluate " + balanced.name) == 2


async def test_a_wish_makes_the_target_serve(balanced, strict, workshop):
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(strict)
        await seen(serving("rules/strict"))
    swap = await Swap.objects.aget()
    assert swap.phase == Phase.READY
    assert swap.phase_seconds.keys() == {"queued", "draining", "making_room", "loading", "checking"}


async def test_what_is_in_hand_is_finished_by_the_old_model_before_anything_moves(
    balanced, strict, waiting, workshop
):
    evaluation = await sync_to_async(waiting)("a")
    workshop.open.clear()
    async with working(workshop):
        await workshop.asked.wait()
        await wish(strict)
        await seen(lambda: Swap.objects.filter(phase=Phase.DRAINING).exists())
        workshop.open.set()
        await seen(serving("rules/strict"))
    await evaluation.arefresh_from_db()
    assert (evaluation.status, evaluation.model_config_id) == (EvaluationStatus.SUCCEEDED, balanced.pk)
    assert workshop.log.index("evaluate rules/balanced") < workshop.log.index("load rules/strict")


async def test_what_does_not_finish_in_time_is_put_back_uncharged_and_read_by_the_new_model(
    balanced, strict, waiting, workshop, settings
):
    settings.DRAIN_S = 0.1
    evaluation = await sync_to_async(waiting)("a")
    workshop.open.clear()
    async with working(workshop):
        await workshop.asked.wait()
        await wish(strict)
        await seen(serving("rules/strict"))
        workshop.open.set()
        await seen(lambda: count("succeeded") == 1)
    await evaluation.arefresh_from_db()
    assert (evaluation.model_config_id, evaluation.failures) == (strict.pk, 0)


@pytest.mark.parametrize("call", ["load", "check"])
async def test_a_target_that_fails_is_rolled_back_with_its_reason(balanced, strict, workshop, call):
    workshop.breaks["rules/strict", call] = "A threshold is wrong."
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(strict)
        swap = await seen(ended(Phase.ROLLED_BACK))
        await seen(serving("rules/balanced"))
    assert swap.reason == "A threshold is wrong."


async def test_a_target_that_was_disabled_while_it_waited_is_not_served(
    balanced, strict, workshop, waiting, monkeypatch
):
    monkeypatch.setattr(swap_run, "FRESH_S", 0.0)
    await sync_to_async(waiting)("a")
    workshop.open.clear()
    async with working(workshop):
        await workshop.asked.wait()
        await wish(strict)
        strict.enabled = False
        await strict.asave()
        workshop.open.set()
        swap = await seen(ended(Phase.ROLLED_BACK))
    assert "was disabled" in swap.reason


async def test_what_served_is_brought_back_as_it_was_though_its_entry_was_edited(balanced, workshop):
    """The edit is what broke."""
    engines: list[EngineSpec] = []

    class Engine(FakeEngine):
        async def load(self, record: Record | None = None) -> Footprint:
            engines.append(self.spec)
            if self.spec.rules:
                raise EngineFailed("A threshold is wrong.")
            return await super().load(record)

    async with working(lambda spec: Engine(spec, workshop)):
        await seen(serving("rules/balanced"))
        balanced.rules = {"shortlist_share": 0.5}
        await balanced.asave()
        await wish(balanced)
        await seen(ended(Phase.ROLLED_BACK))
        await seen(serving("rules/balanced"))
    assert [bool(spec.rules) for spec in engines] == [False, True, False]


async def test_after_a_rollback_the_work_goes_on(balanced, strict, waiting, workshop):
    workshop.breaks["rules/strict", "load"] = "A threshold is wrong."
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(strict)
        await seen(ended(Phase.ROLLED_BACK))
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)


async def test_when_neither_comes_up_nothing_serves_and_the_next_wish_heals_it(balanced, strict, workshop):
    async with working(workshop):
        await seen(serving("rules/balanced"))
        workshop.breaks["rules/strict", "load"] = "A threshold is wrong."
        workshop.breaks["rules/balanced", "check"] = "It answers differently."
        await wish(strict)
        swap = await seen(ended(Phase.FAILED))
        assert swap.reason == "A threshold is wrong. It answers differently."
        assert (await GpuWorker.objects.aget()).status == GpuWorker.Status.ERROR
        workshop.breaks.clear()
        await wish(strict)
        await seen(serving("rules/strict"))


async def test_a_newer_wish_waits_for_the_one_that_runs(balanced, strict, waiting, workshop):
    await sync_to_async(waiting)("a")
    workshop.open.clear()
    async with working(workshop):
        await workshop.asked.wait()
        await wish(strict)
        await seen(lambda: Swap.objects.filter(phase=Phase.DRAINING).exists())
        await wish(balanced)
        workshop.open.set()
        await seen(lambda: Swap.objects.filter(phase=Phase.READY).count() == 2)
        await seen(serving("rules/balanced"))


async def test_a_claim_that_comes_too_late_for_a_drain_goes_back(
    balanced, strict, waiting, workshop, monkeypatch
):
    """While weights are prepared work is claimed; the drain may begin between the database and us."""
    claim = claims.EVALUATIONS.claim

    def slow_claim(*args, **kwargs):
        found = claim(*args, **kwargs)
        if found and Swap.objects.filter(phase=Phase.PREPARING).exists():
            loop.call_soon_threadsafe(workshop.fetched.set)
            eventually(lambda: Swap.objects.filter(phase=Phase.READY).exists())
        return found

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(Evaluations.work, "claim", slow_claim)
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    cold = await with_weights("weights/cold")
    workshop.fetched.clear()
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING).exists())
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
    assert (await Evaluation.objects.aget()).model_config_id == cold.pk


async def test_a_model_that_has_to_be_fetched_is_fetched_while_the_other_serves(
    balanced, waiting, workshop, monkeypatch
):
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    cold = await with_weights("weights/cold")
    workshop.fetched.clear()
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(cold)
        await seen(lambda: Swap.objects.filter(phase=Phase.PREPARING, progress__gt=0.2).exists())
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
        workshop.fetched.set()
        await seen(serving("weights/cold"))


async def test_what_cannot_be_fetched_changes_nothing(balanced, workshop, monkeypatch):
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    cold = await with_weights("weights/cold")
    workshop.breaks["weights/cold", "fetch"] = "The hub has no such model."
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(cold)
        swap = await seen(ended(Phase.ROLLED_BACK))
        await seen(serving("rules/balanced"))
    assert swap.reason == "The hub has no such model."
    assert workshop.log.count("check rules/balanced") == 1


async def test_when_stopped_it_puts_back_what_it_could_not_finish(balanced, waiting, workshop, settings):
    settings.DRAIN_S = 0.1
    evaluation = await sync_to_async(waiting)("a")
    workshop.open.clear()
    async with working(workshop):
        await workshop.asked.wait()
    await evaluation.arefresh_from_db()
    assert (evaluation.status, evaluation.failures) == (EvaluationStatus.QUEUED, 0)
    assert (await GpuWorker.objects.aget()).status == GpuWorker.Status.STOPPED
    assert workshop.log[-1] == "unload rules/balanced"


async def test_its_successor_brings_back_the_last_selection_not_the_default(balanced, strict, workshop):
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(strict)
        await seen(serving("rules/strict"))
    async with working(workshop):
        await seen(serving("rules/strict"))


async def test_a_swap_that_a_dead_worker_left_is_closed_as_interrupted(balanced, strict, workshop):
    async with working(workshop):
        await seen(serving("rules/balanced"))
    left = await Swap.objects.acreate(
        worker=await GpuWorker.objects.aget(), mode="one_shot", model_config=strict, phase=Phase.LOADING
    )
    async with working(workshop):
        await seen(serving("rules/balanced"))
    await left.arefresh_from_db()
    assert left.phase == Phase.INTERRUPTED


async def test_an_entry_edited_since_it_was_loaded_is_loaded_anew(balanced, strict, workshop):
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await wish(strict)
        await seen(serving("rules/strict"))
        balanced.rules = {"shortlist_share": 0.5}
        await balanced.asave()
        await wish(balanced)
        await seen(serving("rules/balanced"))
    assert workshop.log.count("load rules/balanced") == 2


async def test_a_name_is_worked_under_once(balanced, workshop):
    await GpuWorker.objects.acreate(
        name="gpu0", host=os.uname().nodename, pid=1, pid_started_at=_started(1), device="CPU"
    )
    with pytest.raises(NameTaken, match="already runs"):
        await make_worker(workshop).run()


def _started(pid: int) -> float:
    import psutil

    return psutil.Process(pid).create_time()


async def test_a_lost_nudge_costs_a_poll_at_most(balanced, waiting, workshop, monkeypatch):
    monkeypatch.setattr(claims, "publish", lambda *_: None)
    async with working(workshop):
        await seen(serving("rules/balanced"))
        await sync_to_async(waiting)("a")
        await seen(lambda: count("succeeded") == 1)
