"""/api/models/*: the addresses, shapes and status codes that older clients know, shapes and status codes."""

import pytest

from models_admin.models import Swap
from tests.api.conftest import api_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


@pytest.fixture
def alice(world):
    return api_of(world.alice)


@pytest.fixture
def olga(world):
    return api_of(world.olga)


def swap(client, name="rules/strict", mode="one_shot"):
    body = {"model_name": name, "inference_mode": mode}
    return client.post("/api/models/swap", body, format="json")


def test_available_has_the_shape_of_older_clients(alice):
    said = alice.get("/api/models/available").json()
    assert said.keys() == {"inference_modes", "current_mode", "current_model"}
    mode = said["inference_modes"]["one_shot"]
    assert {"display_name", "description", "hover_text", "models"} == mode.keys()
    assert {
        "name",
        "display_name",
        "type",
        "max_model_len",
        "available",
        "reason",
        "residency",
        "eta_seconds",
    } == (mode["models"]["rules/balanced"].keys())


def test_a_pair_names_its_parts(alice):
    pairs = alice.get("/api/models/available").json()["inference_modes"]["hybrid"]["models"]
    pair = pairs["docling-project/SmolDocling-256M-preview + nvidia/NVIDIA-Nemotron-Nano-9B-v2"]
    assert (pair["type"], pair["vision_model"], pair["reasoning_model"]) == (
        "hybrid_combination",
        "docling-project/SmolDocling-256M-preview",
        "nvidia/NVIDIA-Nemotron-Nano-9B-v2",
    )


def test_a_wish_is_202_with_its_swap(olga, live_worker):
    live_worker()
    answer = swap(olga)
    assert (answer.status_code, answer.json()) == (
        202,
        {
            "status": "swapping",
            "target_model": "rules/strict",
            "inference_mode": "one_shot",
            "eta_seconds": None,
            "swap_id": Swap.objects.get().pk,
        },
    )


def test_the_same_wish_while_swapping_is_the_same_swap(olga, live_worker):
    live_worker()
    assert swap(olga).json()["swap_id"] == swap(olga).json()["swap_id"]


def test_what_serves_already_is_200(olga, live_worker):
    live_worker()
    answer = swap(olga, "rules/balanced")
    assert (answer.status_code, answer.json()["status"]) == (200, "active")


@pytest.mark.parametrize(
    ("name", "mode", "code"),
    [
        ("nobody/knows", "one_shot", 404),
        ("openai/gpt-oss-20b", "hybrid", 409),
        ("Qwen/Qwen2.5-Omni-7B", "one_shot", 409),
        ("rules/strict", "hybrid", 400),
        ("", "", 400),
    ],
)
def test_what_cannot_be_has_its_code_and_a_sentence(olga, live_worker, name, mode, code):
    live_worker()
    answer = swap(olga, name, mode)
    assert (answer.status_code, answer.json().keys()) == (code, {"detail"})


def test_without_a_worker_it_is_503(olga):
    assert swap(olga).status_code == 503


def test_swapping_needs_its_own_right(alice, live_worker):
    live_worker()
    answer = swap(alice)
    assert (answer.status_code, answer.json()["detail"]) == (403, "You may not swap models. Ask an operator.")


def test_health_is_503_without_a_worker_and_200_with_one(alice, live_worker):
    assert alice.get("/api/models/health").status_code == 503
    live_worker()
    assert alice.get("/api/models/health").json()["status"] == "healthy"


def test_status_has_the_fields_of_older_clients_and_the_queue(alice, live_worker):
    live_worker()
    said = alice.get("/api/models/status").json()
    assert (said["current_model"], said["inference_mode"], said["status"]) == (
        "rules/balanced",
        "one_shot",
        "idle",
    )
    assert said["queue"] == {"to_prepare": 0, "queued": 0, "running": 0}
    assert [worker["name"] for worker in said["workers"]] == ["gpu0"]


def test_status_tells_the_seconds_of_the_open_swap_s_phases(olga, live_worker):
    live_worker()
    assert olga.get("/api/models/status").json()["phase_seconds"] is None
    swap(olga)
    Swap.objects.update(phase="loading", phase_seconds={"queued": 0.1, "draining": 2.0})
    assert olga.get("/api/models/status").json()["phase_seconds"] == {"queued": 0.1, "draining": 2.0}


def test_status_tells_what_each_worker_holds_once_it_has_said_so(alice, live_worker):
    budgets = {"gpu_budget_gib": 76.0, "gpu_held_gib": 18.3, "host_budget_gib": 60.0, "host_held_gib": 0.0}
    held = budgets | {"engines": {"1": {"gpu_gib": 18.3, "host_gib": 15.5}}}
    live_worker("gpu0", memory=held)
    live_worker("gpu1")
    workers = alice.get("/api/models/status").json()["workers"]
    assert [worker["memory"] for worker in workers] == [held, None]


@pytest.mark.parametrize("address", ["available", "status", "health"])
def test_nobody_reads_it_without_signing_in(client, address):
    assert client.get(f"/api/models/{address}").status_code == 401
