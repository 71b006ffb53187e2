"""Asking for a trial: who can try, what is refused, and that it is asked for once."""

import pytest

from models_admin.models import AuditEvent, ModelConfig, Trial
from models_admin.swaps import trials, wishes
from models_admin.swaps.trials import Measured

pytestmark = pytest.mark.django_db


def test_every_live_worker_that_can_tries_it(world, strict, live_worker):
    live_worker("gpu0")
    live_worker("gpu1", runnable={str(strict.pk): "Its weights are not here."})
    [trial] = trials.request_trial(strict, world.olga, keep=False)
    assert (trial.worker.name, trial.requested_by) == ("gpu0", world.olga)


def test_it_is_asked_for_once_while_it_waits(world, strict, live_worker):
    live_worker()
    assert trials.request_trial(strict, world.olga, keep=True) == trials.request_trial(
        strict, world.olga, keep=False
    )


def test_without_a_worker_it_is_refused(world, strict):
    with pytest.raises(wishes.NoWorker, match="Start one"):
        trials.request_trial(strict, world.olga, keep=False)


def test_what_cannot_run_is_refused_with_the_reason(world, live_worker, registry):
    live_worker()
    omni = ModelConfig.objects.get(name="Qwen/Qwen2.5-Omni-7B")
    with pytest.raises(wishes.CannotRunHere, match="needs a CUDA GPU"):
        trials.request_trial(omni, world.olga, keep=False)


def test_a_disabled_model_is_refused(world, live_worker, registry):
    live_worker()
    with pytest.raises(wishes.ModelDisabled, match="Enable it first"):
        trials.request_trial(ModelConfig.objects.get(name="openai/gpt-oss-20b"), world.olga, keep=False)


def test_asking_and_ending_stand_in_the_audit_trail(world, strict, live_worker):
    worker = live_worker()
    trials.request_trial(strict, world.olga, keep=False)
    trials.record_pass(trials.take_trial(worker), Measured(seconds=1.0, gpu_gib=2.0, host_gib=3.0))
    trail = AuditEvent.objects.filter(subject="models_admin.trial").order_by("pk")
    assert list(trail.values_list("action", flat=True)) == ["trial.ask", "trial.passed"]


def test_what_was_put_back_in_between_is_not_ended(world, strict, live_worker):
    worker = live_worker()
    trials.request_trial(strict, world.olga, keep=False)
    taken = trials.take_trial(worker)
    trials.requeue_interrupted(worker)
    trials.record_failure(taken, "Too late.")
    assert Trial.objects.get().status == "queued"


def test_the_latest_of_each_model_is_known(world, strict, balanced, live_worker):
    worker = live_worker()
    for row in (strict, strict, balanced):
        trials.request_trial(row, world.olga, keep=False)
        trials.record_failure(trials.take_trial(worker), "No.")
    newest = Trial.objects.filter(model_config=strict).first()
    assert trials.latest_trials()[strict.pk] == newest
