"""The life of a swap as its worker writes it, beside wishes that come at any moment."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.utils import timezone

from models_admin.models import ENDED_PHASES, AuditEvent, GpuWorker, ModelConfig, Phase, Swap
from models_admin.swaps import swap_rows, wishes

pytestmark = pytest.mark.django_db

PARSER = "docling-project/SmolDocling-256M-preview"
REASONER = "nvidia/NVIDIA-Nemotron-Nano-9B-v2"


def wish(name: str, mode: str = "one_shot") -> Swap | None:
    return wishes.make_wish(model_name=name, mode=mode, user=AnonymousUser()).swap


@pytest.fixture
def taken(live_worker) -> Swap:
    """A swap from the balanced rules to the strict ones that its worker has begun."""
    worker = live_worker()
    swap = wish("rules/strict")
    swap_rows.take_wish(worker)
    swap.refresh_from_db()
    return swap


@pytest.fixture
def with_weights(live_worker) -> GpuWorker:
    """A worker that can run everything, and for which a pair of parser and reasoner is wished."""
    worker = live_worker(runnable={str(row.pk): "" for row in ModelConfig.objects.enabled()})
    wish(f"{PARSER} + {REASONER}", "hybrid")
    return worker


def only(*names: str) -> Callable[[ModelConfig], bool]:
    return lambda row: row.name in names


def back(**seconds: float) -> None:
    """Let times of all swaps be that many seconds earlier: `back(phase_since=5)`."""
    for swap in Swap.objects.all():
        earlier = {name: getattr(swap, name) - timedelta(seconds=by) for name, by in seconds.items()}
        Swap.objects.filter(pk=swap.pk).update(**earlier)


def now(swap: Swap) -> Swap:
    return Swap.objects.get(pk=swap.pk)


# Taking


def test_where_none_waits_none_is_taken(live_worker):
    assert swap_rows.take_wish(live_worker()) is None


def test_taking_begins_with_the_drain(taken):
    assert (taken.phase, taken.worker.status) == (Phase.DRAINING, GpuWorker.Status.SWAPPING)


def test_what_is_taken_remembers_what_served_before(taken, balanced):
    assert (taken.previous_mode, taken.previous_model_config) == ("one_shot", balanced)


def test_what_is_taken_remembers_the_parser_that_served_before_too(live_worker):
    worker = live_worker(mode="hybrid", parser=ModelConfig.objects.get(name=PARSER))
    wish("rules/strict")
    swap_rows.take_wish(worker)
    swap = Swap.objects.get()
    assert (swap.previous_mode, swap.previous_parser.name) == ("hybrid", PARSER)


def test_what_is_taken_is_taken_once(taken):
    assert swap_rows.take_wish(taken.worker) is None


def test_of_two_workers_each_takes_its_own(live_worker):
    gpu0, gpu1 = live_worker("gpu0"), live_worker("gpu1")
    wish("rules/strict")
    for worker in (gpu1, gpu0):
        assert Swap.objects.get(pk=swap_rows.take_wish(worker).swap_id).worker == worker


def test_what_is_taken_keeps_how_long_it_waited(live_worker):
    worker = live_worker()
    wish("rules/strict")
    back(phase_since=300)
    swap_rows.take_wish(worker)
    assert Swap.objects.get().phase_seconds == {"queued": pytest.approx(300, abs=30)}


@pytest.mark.parametrize("loaded", [[], [PARSER], [REASONER]])
def test_a_pair_of_which_something_is_on_disk_alone_is_cold_and_is_prepared_first(with_weights, loaded):
    wanted = swap_rows.take_wish(with_weights, only(*loaded))
    swap = Swap.objects.get()
    assert (wanted.cold, swap.cold, swap.phase) == (True, True, Phase.PREPARING)


def test_a_pair_that_is_loaded_is_warm_and_begins_with_the_drain(with_weights):
    wanted = swap_rows.take_wish(with_weights, only(PARSER, REASONER))
    swap = Swap.objects.get()
    assert (wanted.cold, swap.cold, swap.phase) == (False, False, Phase.DRAINING)


def test_rules_have_nothing_to_load(taken):
    assert not taken.cold


def test_taking_tells_the_worker_what_is_wished(with_weights):
    wanted = swap_rows.take_wish(with_weights)
    assert (wanted.swap_id, wanted.mode) == (Swap.objects.get().pk, "hybrid")
    assert [row.name for row in wanted.rows] == [PARSER, REASONER]


# Phase by phase


def test_a_phase_that_ends_leaves_its_seconds(taken):
    swap_rows.record_phase(taken.pk, "making_room")
    taken.refresh_from_db()
    assert taken.phase_seconds.keys() == {"queued", "draining"}


def test_the_seconds_of_a_phase_are_those_between_two_beginnings(taken):
    began = taken.phase_since
    swap_rows.record_phase(taken.pk, "making_room", since=began + timedelta(seconds=2))
    swap_rows.record_phase(taken.pk, "loading", since=began + timedelta(seconds=5))
    assert now(taken).phase_seconds | {"queued": 0} == {"queued": 0, "draining": 2.0, "making_room": 3.0}


def test_a_phase_has_its_reason(taken):
    swap_rows.record_phase(taken.pk, "rolling_back", "It broke." * 100)
    assert (now(taken).phase, now(taken).reason) == (Phase.ROLLING_BACK, ("It broke." * 100)[:500])


def test_a_phase_that_is_shown_twice_has_begun_once(taken):
    swap_rows.record_phase(taken.pk, "draining")
    began = taken.phase_since
    taken.refresh_from_db()
    assert (taken.phase_since, taken.phase_seconds.keys()) == (began, {"queued"})


def test_progress_only_grows(taken):
    seen = []
    for phase in ("draining", "making_room", "loading", "checking"):
        swap_rows.record_phase(taken.pk, phase)
        seen.append(Swap.objects.get().progress)
    assert seen == sorted(set(seen))


def test_progress_is_never_taken_back(with_weights):
    swap_id = swap_rows.take_wish(with_weights).swap_id
    told = []
    for fetched in (0.5, 1.0, None):  # then it is loaded
        swap_rows.record_progress(swap_id, fetched)
        told.append(Swap.objects.get().progress)
    assert told == [pytest.approx(0.26), pytest.approx(0.5), pytest.approx(0.5)]


def test_how_far_it_is_and_when_it_ends_is_told_from_its_own_history(taken):
    took_s = {"queued": 60.0, "draining": 400.0, "checking": 600.0}
    like = {"worker": taken.worker, "mode": taken.mode, "model_config": taken.model_config}
    Swap.objects.create(phase=Phase.READY, phase_seconds=took_s, ended_at=timezone.now(), **like)
    back(phase_since=200)
    swap_rows.record_progress(taken.pk, None)
    told = now(taken)
    assert (told.progress, told.eta_seconds) == (pytest.approx(0.2, abs=0.05), pytest.approx(1000))


def test_telling_is_announced_to_the_pages(taken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as announced:
        swap_rows.record_progress(taken.pk, None)
    assert len(announced) == 1


@pytest.mark.parametrize("phase", ENDED_PHASES)
def test_of_a_swap_that_has_ended_nothing_more_is_told(taken, phase, django_capture_on_commit_callbacks):
    Swap.objects.update(phase=phase, ended_at=timezone.now(), progress=1.0)
    with django_capture_on_commit_callbacks() as announced:
        swap_rows.record_progress(taken.pk, 0.5)
    assert (now(taken).progress, announced) == (1.0, [])


# The end


def test_a_ready_swap_changes_what_the_worker_serves(taken, strict):
    swap_rows.end_swap(taken.pk, "ready", "", mode="one_shot", model_config_id=strict.pk)
    worker = GpuWorker.objects.get()
    assert (worker.status, worker.model_config) == (GpuWorker.Status.READY, strict)


def test_after_a_ready_swap_the_pair_serves_as_the_registry_was_when_it_was_wished(with_weights):
    swap_id = swap_rows.take_wish(with_weights).swap_id
    parser, reasoner = (ModelConfig.objects.get(name=name).pk for name in (PARSER, REASONER))
    swap_rows.end_swap(swap_id, "ready", "", mode="hybrid", model_config_id=reasoner, parser_id=parser)
    worker = GpuWorker.objects.get()
    assert (worker.mode, worker.model_config_id, worker.parser_id) == ("hybrid", reasoner, parser)
    assert worker.serving_since == Swap.objects.get().requested_at


@pytest.mark.parametrize("outcome", ["rolled_back", "superseded"])
def test_after_a_swap_that_did_not_come_to_be_the_worker_serves_what_it_served(taken, balanced, outcome):
    since = taken.worker.serving_since
    swap_rows.end_swap(taken.pk, outcome, "It broke.", mode="one_shot", model_config_id=balanced.pk)
    worker = GpuWorker.objects.get()
    assert (worker.status, worker.error) == (GpuWorker.Status.READY, "")
    assert (worker.model_config, worker.serving_since) == (balanced, since)


def test_a_ready_worker_has_no_error_any_more(taken, strict):
    GpuWorker.objects.update(status=GpuWorker.Status.ERROR, error="It broke before.")
    swap_rows.end_swap(taken.pk, "ready", "", mode="one_shot", model_config_id=strict.pk)
    assert GpuWorker.objects.get().error == ""


@pytest.mark.parametrize("outcome", ["ready", "rolled_back", "failed", "superseded"])
def test_every_end_has_its_time_its_reason_and_an_entry_in_the_audit_trail(taken, strict, outcome):
    swap_rows.end_swap(taken.pk, outcome, "Because.", mode="one_shot", model_config_id=strict.pk)
    swap = now(taken)
    assert (swap.phase, swap.reason, swap.progress, swap.ended_at) == (
        outcome,
        "Because.",
        1.0,
        swap.phase_since,
    )
    event = AuditEvent.objects.get(action=f"swap.{outcome}")
    assert (event.subject_id, event.details) == (taken.pk, {"model_config_id": strict.pk})


def test_the_seconds_of_all_phases_are_all_the_seconds_that_it_took(taken, strict):
    for phase in ("making_room", "loading", "checking"):
        back(requested_at=2, phase_since=2)
        swap_rows.record_phase(taken.pk, phase)
    swap_rows.end_swap(taken.pk, "ready", "", mode="one_shot", model_config_id=strict.pk)
    swap = now(taken)
    took = swap.ended_at - swap.requested_at
    assert swap.phase_seconds.keys() == {"queued", "draining", "making_room", "loading", "checking"}
    assert sum(swap.phase_seconds.values()) == pytest.approx(took.total_seconds(), abs=0.01)


def test_the_end_tells_the_names_of_what_served_and_of_what_was_wished(with_weights):
    swap_id = swap_rows.take_wish(with_weights).swap_id
    told = swap_rows.end_swap(swap_id, "failed", "It broke.")
    assert (told.outcome, told.source, told.target) == ("failed", "rules/balanced", f"{PARSER} + {REASONER}")


def test_where_nothing_served_before_the_end_names_nothing(live_worker):
    worker = live_worker(mode="", model_config=None)
    wish("rules/strict")
    assert swap_rows.end_swap(swap_rows.take_wish(worker).swap_id, "failed", "It broke.").source == ""


def test_a_failed_swap_leaves_the_worker_in_error_with_its_reason(taken):
    swap_rows.end_swap(taken.pk, "failed", "Neither came up.")
    worker = GpuWorker.objects.get()
    assert (worker.status, worker.error) == (GpuWorker.Status.ERROR, "Neither came up.")


@pytest.mark.parametrize("call", [swap_rows.record_phase, partial(swap_rows.end_swap, reason="")])
def test_a_swap_that_another_process_has_ended_goes_no_further(taken, call):
    swap_rows.interrupt_leftovers(taken.worker)
    with pytest.raises(swap_rows.SwapEnded):
        call(taken.pk, "failed")
    assert now(taken).phase == Phase.INTERRUPTED


def test_after_a_restart_what_ran_is_interrupted_and_what_waits_still_waits(taken):
    waiting = wish("rules/balanced")
    swap_rows.interrupt_leftovers(taken.worker)
    phases = dict(Swap.objects.values_list("pk", "phase"))
    assert phases == {taken.pk: Phase.INTERRUPTED, waiting.pk: Phase.QUEUED}


def test_a_restart_interrupts_nothing_of_another_worker(taken, live_worker):
    swap_rows.interrupt_leftovers(live_worker("gpu1"))
    assert now(taken).phase == Phase.DRAINING


def test_what_was_interrupted_says_so(taken):
    swap_rows.interrupt_leftovers(taken.worker)
    swap = now(taken)
    assert (swap.ended_at is not None, swap.reason.startswith("The worker ended")) == (True, True)


def test_what_was_interrupted_keeps_the_time_of_the_phase_it_was_in(taken):
    back(phase_since=300)
    swap_rows.interrupt_leftovers(taken.worker)
    assert now(taken).phase_seconds.get("draining") == pytest.approx(300, abs=30)


def test_what_was_interrupted_stands_in_the_audit_trail(taken):
    swap_rows.interrupt_leftovers(taken.worker)
    assert AuditEvent.objects.filter(action="swap.interrupted", subject_id=taken.pk).count() == 1


# Several at once


@pytest.mark.django_db(transaction=True)
def test_a_wish_at_the_very_moment_of_taking_loses_nothing(live_worker):
    worker = live_worker()
    for _ in range(10):
        Swap.objects.all().delete()
        GpuWorker.objects.update(status=GpuWorker.Status.READY)
        wish("rules/strict")
        assert at_once(lambda: swap_rows.take_wish(worker), lambda: wish("rules/balanced")) == []
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
        swap_rows.take_wish(worker)
        end = partial(swap_rows.end_swap, swap.pk, "ready", "", mode="one_shot", model_config_id=strict.pk)
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
