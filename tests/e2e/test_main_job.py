"""The main job, end to end: résumés in, verdicts out, models swapped meanwhile, and nothing lost."""

import os
import signal
import socket

import httpx
import pytest
from django.conf import settings

from candidates.models import (
    END_STATES,
    Application,
    Candidate,
    Evaluation,
    EvaluationStatus,
    ItemState,
    UploadItem,
)
from models_admin.models import GpuWorker, ModelConfig, Phase, Swap
from tests.e2e.conftest import RESUMES
from tests.seen import eventually
from tests.worker_process import running_worker

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


def swap_to(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/api/models/swap", json={"model_name": name, "inference_mode": "one_shot"})


def all_ended(count: int):
    return lambda: UploadItem.objects.filter(state__in=END_STATES).count() == count


def test_five_layouts_of_one_person_are_five_applications_of_one_candidate(worker, upload):
    answer = upload(*RESUMES)
    assert answer.status_code == 200
    assert answer.json()["message"] == {
        "success": 5,
        "llm_error": 0,
        "server_error": 0,
        "skipped": 0,
        "total": 5,
    }
    assert (Application.objects.count(), Candidate.objects.get().name) == (5, "John Doe")


def test_all_five_get_the_same_verdict_for_the_same_reason(worker, upload):
    upload(*RESUMES)
    assert Evaluation.objects.values("outcome", "reason").distinct().count() == 1


def test_the_list_says_that_they_are_versions_of_one_resume(worker, upload, api, world):
    upload(*RESUMES)
    rows = api(world.alice).get(f"/api/applications/{world.job.pk}").json()["applications"]
    assert [(row["versions"], row["newest"]) for row in rows] == [(5, True)] + [(5, False)] * 4


def test_the_same_files_again_are_skipped(worker, upload):
    upload(*RESUMES)
    assert upload(*RESUMES).json()["message"] == {
        "success": 0,
        "llm_error": 0,
        "server_error": 0,
        "skipped": 5,
        "total": 5,
    }


def test_a_document_comes_back_as_it_was_sent(worker, upload, api, world):
    upload(RESUMES[0])
    [row] = api(world.alice).get(f"/api/applications/{world.job.pk}").json()["applications"]
    assert api(world.alice).get(row["file_url"]).content == RESUMES[0].read_bytes()


def test_a_document_is_not_there_for_others(worker, upload, api, world):
    upload(RESUMES[0])
    url = f"/api/applications/{Application.objects.get().pk}/file"
    assert api(world.charlie).get(url).status_code == 404
    assert httpx.get(f"{api(world.alice).base_url}{url}").status_code == 401


def test_a_swap_goes_through_its_phases_while_files_come_in(worker, upload, api, world):
    upload(*RESUMES[:2], wait=0)
    answer = swap_to(api(world.olga), "rules/strict")
    upload(*RESUMES[2:], wait=0)
    assert answer.status_code == 202
    swap = eventually(lambda: Swap.objects.filter(pk=answer.json()["swap_id"], phase=Phase.READY).first())
    assert swap.phase_seconds.keys() == {"queued", "draining", "making_room", "loading", "checking"}
    eventually(all_ended(5))
    assert set(UploadItem.objects.values_list("state", flat=True)) == {ItemState.EVALUATED}


def test_what_comes_after_a_swap_is_read_by_the_new_model(worker, upload, api, world):
    swap_to(api(world.olga), "rules/strict")
    eventually(lambda: Swap.objects.filter(phase=Phase.READY).exists())
    upload(RESUMES[0])
    assert Evaluation.objects.get().model_config.name == "rules/strict"


def test_a_model_that_does_not_start_is_rolled_back_and_says_why(worker, upload, api, world):
    broken = ModelConfig.objects.create(
        name="rules/broken",
        display_name="Broken",
        type="rules",
        provider="rules",
        inference_modes=["one_shot"],
        rules={"shortlist": 1},
    )
    olga = api(world.olga)
    eventually(lambda: GpuWorker.objects.get().runnable.get(str(broken.pk)) == "")
    swap_to(olga, "rules/broken")
    swap = eventually(lambda: Swap.objects.filter(phase=Phase.ROLLED_BACK).first())
    assert "shortlist is unknown, allowed are shortlist_share" in swap.reason
    assert olga.get("/api/models/status").json()["current_model"] == "rules/balanced"
    assert upload(RESUMES[0]).json()["message"]["success"] == 1


def test_a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    redis, registry, upload, live_site
):
    with running_worker(WFC_LEASE_S="2") as first:
        upload(*RESUMES, wait=0)
        eventually(lambda: UploadItem.objects.exclude(state=ItemState.RECEIVED).exists())
        os.kill(first.pid, signal.SIGKILL)
        with running_worker(name="gpu1", WFC_LEASE_S="2"):
            eventually(all_ended(5))
    assert set(UploadItem.objects.values_list("state", flat=True)) == {ItemState.EVALUATED}
    assert Evaluation.objects.filter(status=EvaluationStatus.SUCCEEDED).count() == 5
    assert Application.objects.count() == 5


def test_without_a_worker_files_are_kept_until_one_comes(redis, registry, upload):
    assert upload(*RESUMES).status_code == 202
    with running_worker():
        eventually(all_ended(5))


def test_with_redis_out_of_reach_the_worker_finds_its_work_by_looking(registry, upload, redis, tmp_path):
    with running_worker(REDIS_URL=f"unix://{tmp_path}/gone.sock"):
        assert upload(RESUMES[0]).json()["message"]["success"] == 1


def test_a_worker_that_is_stopped_says_so(redis, transactional_db, registry):
    with running_worker() as row:
        pass
    assert GpuWorker.objects.get(pk=row.pk).status == GpuWorker.Status.STOPPED


def test_the_worker_tells_probes_how_it_is(redis, transactional_db, registry):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_worker(port=port):
        health = httpx.get(f"http://127.0.0.1:{port}/health")
        status = httpx.get(f"http://127.0.0.1:{port}/status").json()
    assert (health.status_code, health.json()) == (200, {"status": "healthy"})
    assert (status["status"], status["current_model"], status["inference_mode"]) == (
        "idle",
        "rules/balanced",
        "one_shot",
    )
    assert status["promise"] == {"asked_s": settings.PROMISE_S, "least_s": 0}
