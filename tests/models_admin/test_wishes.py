"""Wishing for a model: granted once, compared with what waits, runs or serves, and refused with a sentence."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.utils import timezone

from models_admin.models import AuditEvent, GpuWorker, ModelConfig, Phase, Swap
from models_admin.swaps import wishes

pytestmark = pytest.mark.django_db

SOMEBODY = AnonymousUser()


def wish(name: str, mode: str = "one_shot") -> wishes.Wish:
    return wishes.make_wish(model_name=name, mode=mode, user=SOMEBODY)


def end(swap: Swap, phase: Phase = Phase.READY, **seconds: float) -> None:
    Swap.objects.filter(pk=swap.pk).update(phase=phase, ended_at=timezone.now(), phase_seconds=seconds)


def test_a_wish_makes_one_waiting_swap(live_worker, strict):
    live_worker()
    granted = wish("rules/strict")
    assert (granted.created, granted.swap.phase, granted.swap.model_config) == (True, Phase.QUEUED, strict)


def test_what_serves_already_makes_none(live_worker):
    live_worker()
    granted = wish("rules/balanced")
    assert (granted.created, granted.swap, Swap.objects.count()) == (False, None, 0)


def test_what_serves_but_was_edited_since_is_swapped_to_again(live_worker, balanced):
    live_worker()
    balanced.rules = {"shortlist_share": 0.9}
    balanced.save()
    assert wish("rules/balanced").created


def test_what_waits_already_is_the_same_swap(live_worker):
    live_worker()
    first, second = wish("rules/strict"), wish("rules/strict")
    assert (second.created, second.swap) == (False, first.swap)


def test_what_runs_already_is_the_same_swap(live_worker):
    live_worker()
    first = wish("rules/strict")
    Swap.objects.update(phase=Phase.LOADING)
    assert wish("rules/strict").swap == first.swap


def test_what_is_being_rolled_back_is_wished_for_anew(live_worker):
    live_worker()
    first = wish("rules/strict")
    Swap.objects.update(phase=Phase.ROLLING_BACK)
    second = wish("rules/strict")
    assert (second.created, second.swap.phase) == (True, Phase.QUEUED)
    assert second.swap != first.swap


@pytest.mark.parametrize(("phase", "created"), [(Phase.LOADING, True), (Phase.QUEUED, False)])
def test_what_was_edited_since_its_swap_began_is_wished_for_anew(live_worker, strict, phase, created):
    live_worker()
    wish("rules/strict")
    Swap.objects.update(phase=phase)
    strict.save()
    assert wish("rules/strict").created == created


def test_a_newer_wish_takes_the_waiting_ones_place(live_worker):
    live_worker()
    first = wish("rules/strict")
    second = wish("rules/balanced")
    first.swap.refresh_from_db()
    assert (first.swap.phase, second.swap.phase) == (Phase.SUPERSEDED, Phase.QUEUED)


def test_beside_one_that_runs_the_newer_waits(live_worker):
    live_worker()
    wish("rules/strict")
    Swap.objects.update(phase=Phase.LOADING)
    assert wish("rules/balanced").swap.phase == Phase.QUEUED


def test_when_nothing_serves_the_same_wish_is_a_new_swap(live_worker):
    live_worker(status=GpuWorker.Status.ERROR)
    assert wish("rules/balanced").created


def test_a_wish_goes_to_every_worker_that_can_grant_it(live_worker):
    live_worker("gpu0")
    live_worker("gpu1")
    live_worker("gpu2", runnable={})
    granted = wish("rules/strict")
    assert Swap.objects.filter(wish_id=granted.swap.wish_id).count() == 2


@pytest.mark.parametrize(
    ("name", "mode", "refusal", "words"),
    [
        ("nobody/knows", "one_shot", wishes.UnknownModel, "There is no model “nobody/knows”"),
        ("openai/gpt-oss-20b", "hybrid", wishes.ModelDisabled, "is disabled"),
        ("rules/strict", "hybrid", wishes.DoesNotFit, "does not fit the mode Hybrid"),
        ("rules/strict", "three_shot", wishes.DoesNotFit, "There is no mode “three_shot”"),
        ("Qwen/Qwen2.5-Omni-7B", "one_shot", wishes.CannotRunHere, "needs a CUDA GPU"),
        ("docling-project/SmolDocling-256M-preview", "hybrid", wishes.DoesNotFit, "Choose a pair such as"),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", "hybrid", wishes.DoesNotFit, "such as “text layer"),
        ("text layer + nobody/knows", "hybrid", wishes.UnknownModel, "“nobody/knows”"),
        ("text layer + openai/gpt-oss-20b", "hybrid", wishes.ModelDisabled, "openai/gpt-oss-20b is disabled"),
        ("", "one_shot", wishes.UnknownModel, "There is no model"),
    ],
)
def test_what_cannot_be_is_refused_in_words(live_worker, name, mode, refusal, words):
    live_worker()
    with pytest.raises(refusal, match=words):
        wish(name, mode)
    assert not Swap.objects.exists()


def test_a_pair_is_wished_for_by_its_name(live_worker):
    able = {str(row.pk): "" for row in ModelConfig.objects.enabled()}
    live_worker(runnable=able)
    name = "docling-project/SmolDocling-256M-preview + nvidia/NVIDIA-Nemotron-Nano-9B-v2"
    swap = wish(name, "hybrid").swap
    assert (swap.parser.type, swap.model_config.type) == ("vision_ocr", "text_reasoning")


def test_the_text_layer_is_a_parser_without_a_model(live_worker):
    able = {str(row.pk): "" for row in ModelConfig.objects.enabled()}
    live_worker(runnable=able)
    assert wish("text layer + nvidia/NVIDIA-Nemotron-Nano-9B-v2", "hybrid").swap.parser is None


def test_without_a_worker_there_is_no_row(registry):
    with pytest.raises(wishes.NoWorker):
        wish("rules/strict")
    assert not Swap.objects.exists()


def test_a_worker_that_has_not_beaten_for_long_is_none(live_worker):
    live_worker(heartbeat_at=timezone.now() - timedelta(seconds=11))
    with pytest.raises(wishes.NoWorker):
        wish("rules/strict")


def test_the_expected_time_is_the_median_of_its_own_last_swaps(live_worker):
    worker = live_worker()
    for seconds in (1.0, 9.0, 2.0):
        swap = wish("rules/strict").swap
        end(swap, loading=seconds, queued=50.0)
        GpuWorker.objects.filter(pk=worker.pk).update(model_config=None)
    assert wish("rules/strict").swap.eta_seconds == 2.0


def test_swaps_that_failed_tell_nothing_about_time(live_worker):
    live_worker()
    end(wish("rules/strict").swap, Phase.ROLLED_BACK, loading=9.0)
    assert wish("rules/strict").swap.eta_seconds is None


def test_every_wish_stands_in_the_audit_trail(live_worker):
    live_worker()
    wish("rules/strict")
    assert AuditEvent.objects.filter(action="swap.wish").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_wishes_at_once_leave_one_that_waits(live_worker):
    live_worker()
    barrier, refused = threading.Barrier(4), []

    def ask(name: str) -> None:
        barrier.wait()
        try:
            wish(name)
        except Exception as error:
            refused.append(error)
        finally:
            connections.close_all()

    names = ["rules/strict", "rules/balanced", "rules/strict", "rules/balanced"]
    threads = [threading.Thread(target=ask, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    assert Swap.objects.filter(phase=Phase.QUEUED).count() <= 1
