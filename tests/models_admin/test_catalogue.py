"""What can be chosen and what is going on, as header and API tell it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from models_admin import catalogue
from models_admin.header import read_header
from models_admin.kit import messages
from models_admin.models import GpuWorker, Phase, Swap
from models_admin.swaps import wishes
from tests.models_admin.conftest import NEEDS_GPU

pytestmark = pytest.mark.django_db


def one_shot() -> dict:
    return catalogue.available_models()["inference_modes"]["one_shot"]["models"]


def test_disabled_models_are_not_offered(registry):
    assert "openai/gpt-oss-20b" not in str(catalogue.available_models())


def test_without_a_worker_every_model_says_so(registry):
    assert {model["reason"] for model in one_shot().values()} == {"No worker is running."}


def test_what_cannot_run_here_says_why(live_worker):
    live_worker()
    models = one_shot()
    assert (models["Qwen/Qwen2.5-Omni-7B"]["available"], models["Qwen/Qwen2.5-Omni-7B"]["reason"]) == (
        False,
        NEEDS_GPU,
    )
    assert models["rules/strict"]["available"]


def test_what_one_of_two_workers_can_run_is_offered(live_worker):
    live_worker("gpu0", runnable={})
    live_worker("gpu1")
    assert one_shot()["rules/strict"]["available"]


def test_the_current_model_is_named(live_worker):
    live_worker()
    said = catalogue.available_models()
    assert (said["current_mode"], said["current_model"]) == ("one_shot", "rules/balanced")


@pytest.mark.parametrize(
    ("status", "words"),
    [("ready", "idle"), ("starting", "offline"), ("error", "error"), ("stopped", "offline")],
)
def test_the_status_is_one_of_four_words(live_worker, status, words):
    live_worker(status=status, error="It broke." if status == "error" else "")
    assert catalogue.models_status()["status"] == words


def test_what_has_no_reason_for_its_error_is_shown_all_the_same(live_worker):
    live_worker(status="error", error="")
    assert read_header().status == "error"


def test_while_one_of_two_workers_serves_a_broken_one_is_only_named(live_worker, strict):
    live_worker("gpu0", status="error", error="It broke.", model_config=strict)
    live_worker("gpu1")
    header = read_header()
    assert (header.status, header.status_text) == ("idle", "Ready. gpu0 is down: It broke.")


def test_a_worker_that_serves_says_what_work_waits_for(live_worker):
    live_worker(waits="Work for acme/reader waits a minute.")
    header = read_header()
    assert (header.status, header.status_text) == ("idle", "Ready. Work for acme/reader waits a minute.")
    assert header.current_name == "Keyword rules (balanced)"


def test_a_wish_for_two_workers_waits_for_nothing_but_itself(live_worker):
    live_worker("gpu0")
    live_worker("gpu1")
    wishes.make_wish(model_name="rules/strict", mode="one_shot", user=AnonymousUser())
    Swap.objects.filter(worker__name="gpu0").update(phase=Phase.LOADING)
    assert read_header().swap.waiting_name == ""


def test_what_waits_behind_a_running_swap_is_named(live_worker):
    live_worker()
    wishes.make_wish(model_name="rules/strict", mode="one_shot", user=AnonymousUser())
    Swap.objects.update(phase=Phase.LOADING)
    wishes.make_wish(model_name="rules/balanced", mode="one_shot", user=AnonymousUser())
    assert read_header().swap.waiting_name == "Keyword rules (balanced)"


def test_while_a_swap_waits_or_runs_the_status_is_swapping(live_worker):
    live_worker()
    wishes.make_wish(model_name="rules/strict", mode="one_shot", user=AnonymousUser())
    assert catalogue.models_status()["status"] == "swapping"
    assert read_header().swap.target_name == "Keyword rules (strict)"


def test_a_rolled_back_swap_is_told_until_a_later_one_goes_well(live_worker, strict):
    worker = live_worker()
    gone = {"worker": worker, "mode": "one_shot", "model_config": strict, "ended_at": timezone.now()}
    Swap.objects.create(phase=Phase.ROLLED_BACK, reason="A threshold is wrong.", **gone)
    assert "A threshold is wrong." in read_header().last_swap_text
    Swap.objects.create(phase=Phase.READY, **gone)
    assert read_header().last_swap_text == ""


def test_the_version_changes_with_what_is_shown_and_only_then(live_worker):
    worker = live_worker()
    before = read_header().version
    GpuWorker.objects.filter(pk=worker.pk).update(heartbeat_at=timezone.now())
    assert read_header().version == before
    GpuWorker.objects.filter(pk=worker.pk).update(status=GpuWorker.Status.ERROR, error="It broke.")
    assert read_header().version != before


def test_the_header_takes_the_same_few_queries_whatever_there_is(live_worker, django_assert_num_queries):
    for number in range(5):
        live_worker(f"gpu{number}")
    with django_assert_num_queries(5):
        read_header()


def test_a_message_is_exactly_a_known_type_and_an_id():
    good = messages.Message(type=messages.Report.SWAP_CHANGED, id=7)
    assert messages.parse_message(good.as_dict()) == good


@pytest.mark.parametrize(
    "raw", [None, {}, {"type": "swap_changed"}, {"type": "other", "id": 1}, {"type": "swap", "id": "1"},
            {"type": "swap", "id": 1, "more": 1}, {"type": ["swap"], "id": 1}]
)  # fmt: skip
def test_anything_else_is_refused(raw):
    with pytest.raises(ValueError, match="message"):
        messages.parse_message(raw)
