"""The life of a swap as its worker writes it, beside wishes that come at any moment."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections

from models_admin import swaps, wishes
from models_admin.models import GpuWorker, Phase, Swap

pytestmark = pytest.mark.django_db


def wish(name: str) -> Swap | None:
    return wishes.wish(model_name=name, mode="one_shot", user=AnonymousUser()).swap


@pytest.fixture
def taken(live_worker) -> Swap:
    """A swap from the balanced rules to the strict ones that its worker has begun."""
    worker = live_worker()
    swap = wish("rules/strict")
    swaps.take(worker)
    swap.refresh_from_db()
    return swap


def test_where_none_waits_none_is_taken(live_worker):
    assert swaps.take(live_worker()) is None


def test_taking_begins_with_the_drain(taken):
    assert (taken.phase, taken.worker.status) == (Phase.DRAINING, GpuWorker.Status.SWAPPING)


def test_what_is_taken_remembers_what_served_before(taken, balanced):
    assert (taken.previous_mode, taken.previous_model_config) == ("one_shot", balanced)


def test_what_is_taken_is_taken_once(taken):
    assert swaps.take(taken.worker) is None


def test_a_phase_that_ends_leaves_its_seconds(taken):
    swaps.show(taken.pk, "making_room")
    taken.refresh_from_db()
    assert taken.phase_seconds.keys() == {"queued", "draining"}


def test_a_phase_that_is_shown_twice_has_begun_once(taken):
    swaps.show(taken.pk, "draining")
    began = taken.phase_since
    taken.refresh_from_db()
    assert (taken.phase_since, taken.phase_seconds.keys()) == (began, {"queued"})


def test_progress_only_grows(taken):
    seen = []
    for phase in ("draining", "making_room", "loading", "checking"):
        swaps.show(taken.pk, phase)
        seen.append(Swap.objects.get().progress)
    assert seen == sorted(set(seen))


def test_a_ready_swap_changes_what_the_worker_serves(taken, strict):
    swaps.end(taken.pk, "ready", "", mode="one_shot", model_config_id=strict.pk)
    worker = GpuWorker.objects.get()
    assert (worker.status, worker.model_config) == (GpuWorker.Status.READY, strict)


def test_a_failed_swap_leaves_the_worker_in_error_with_its_reason(taken):
    swaps.end(taken.pk, "failed", "Neither came up.")
    worker = GpuWorker.objects.get()
    assert (worker.status, worker.error) == (GpuWorker.Status.ERROR, "Neither came up.")


def test_a_swap_that_another_process_has_ended_goes_no_further(taken):
    swaps.interrupt_leftovers(taken.worker)
    with pytest.raises(swaps.SwapEnded):
        swaps.show(taken.pk, "loading")


def test_after_a_restart_what_ran_is_interrupted_and_what_waits_still_waits(taken):
    waiting = wish("rules/balanced")
    swaps.interrupt_leftovers(taken.worker)
    phases = dict(Swap.objects.values_list("pk", "phase"))
    assert phases == {taken.pk: Phase.INTERRUPTED, waiting.pk: Phase.QUEUED}


@pytest.mark.django_db(transaction=True)
def test_a_wish_at_the_very_moment_of_taking_loses_nothing(live_worker):
    worker = live_worker()
    for _ in range(10):
        Swap.objects.all().delete()
        GpuWorker.objects.update(status=GpuWorker.Status.READY)
        wish("rules/strict")
        assert at_once(lambda: swaps.take(worker), lambda: wish("rules/balanced")) == []
        begun = Swap.objects.get(phase=Phase.DRAINING)
        waiting = Swap.objects.filter(phase=Phase.QUEUED).count()
        # The older wish was taken and the newer waits, or the newer took its place and was taken itself.
        assert waiting == (1 if begun.model_config.name == "rules/strict" else 0)


@pytest.mark.django_db(transaction=True)
def test_a_wish_at_the_very_moment_of_an_end_loses_nothing(live_worker, strict):
    worker = live_worker()
    for _ in range(10):
        GpuWorker.objects.update(status=GpuWorker.Status.READY, model_config=None)
        Swap.objects.all().delete()
        swap = wish("rules/strict")
        swaps.take(worker)
        end = partial(swaps.end, swap.pk, "ready", "", mode="one_shot", model_config_id=strict.pk)
        assert at_once(end, lambda: wish("rules/strict")) == []
        assert list(Swap.objects.values_list("phase", flat=True)) == [Phase.READY]


def at_once(*calls: Callable[[], object]) -> list[Exception]:
    """Call all of them at the same moment, each on a connection of its own; return what they raised."""
    start, raised = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        start.wait()
        try:
            call()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
