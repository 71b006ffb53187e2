"""A reproduction: the same inputs once more, alone; a difference is a finding, and never a verdict."""

import pytest
from django.db import IntegrityError, transaction

from candidates.evaluations import claims
from candidates.models import Evaluation, ItemState, UploadItem
from candidates.opinions import reproductions
from candidates.opinions.reproductions import NotReproducible, stability
from models_admin.models import AuditEvent, ModelConfig
from tests.queued import claim, finish

pytestmark = pytest.mark.django_db

DRAWN = {"temperature": 0.7, "seed": 12}


@pytest.fixture
def alice(job):
    return job.owner


def test_it_is_pinned_to_all_that_the_first_reading_had(read, alice):
    first = read("a", sampling=DRAWN)
    [second] = reproductions.reproduce(first, alice)
    for field in ("application_id", "job_version_id", "mode", "model_config_id", "parser_id", "sampling"):
        assert getattr(second, field) == getattr(first, field)
    assert (second.pinned, second.alone, second.reproduces) == (True, True, first)


def test_it_draws_as_was_kept_whatever_the_models_row_says_now(read, worker, alice):
    reproductions.reproduce(read("a", sampling=DRAWN), alice)
    ModelConfig.objects.update(temperature=1.5)
    assert claim(worker)[0].sampling == DRAWN


def test_it_reads_the_job_as_it_was_then(read, worker, job, alice):
    first = read("a")
    job.versions.create(number=2, title="Pastry cook", description="Cakes.")
    reproductions.reproduce(first, alice)
    assert claim(worker)[0].job_title == "Baker"


def test_the_model_is_told_again_what_it_was_told_about_an_earlier_answer(waiting, worker, alice):
    waiting("a")
    claims.EVALUATIONS.fail(claim(worker)[0], "The answer was cut.", in_answer=True)
    reproductions.reproduce(finish(worker), alice)
    assert claim(worker)[0].wrong == "The answer was cut."


def test_nothing_is_read_beside_it(read, waiting, worker, alice):
    reproductions.reproduce(read("a"), alice)
    waiting("b"), waiting("c")
    assert [reading.reproduces is not None for reading in claim(worker, limit=5)] == [True]


def test_it_waits_for_its_own_model(read, worker, strict, alice):
    reproductions.reproduce(read("a"), alice)
    worker.model_config = strict
    assert claim(worker) == []


def test_it_never_becomes_the_verdict(read, worker, alice):
    first = read("a")
    reproductions.reproduce(first, alice)
    finish(worker, outcome="Rejected")
    first.application.refresh_from_db()
    assert first.application.current_evaluation == first


def test_one_that_fails_ends_no_uploaded_file(read, worker, alice):
    first = read("a")
    reproductions.reproduce(first, alice)
    UploadItem.objects.update(state=ItemState.EVALUATING, ended_at=None)
    for _ in range(3):
        claims.EVALUATIONS.fail(claim(worker)[0], "Cut.")
    assert UploadItem.objects.get().state == ItemState.EVALUATING


def test_only_what_has_succeeded_can_be_repeated(waiting, alice):
    with pytest.raises(NotReproducible, match="has succeeded"):
        reproductions.reproduce(waiting("a"), alice)


def test_a_repeat_is_not_repeated(read, worker, alice):
    reproductions.reproduce(read("a"), alice)
    with pytest.raises(NotReproducible, match="repeat itself"):
        reproductions.reproduce(finish(worker), alice)


def test_a_disabled_model_repeats_nothing(read, alice):
    first = read("a")
    ModelConfig.objects.update(enabled=False)
    with pytest.raises(NotReproducible, match=r"Keyword rules \(balanced\) is disabled"):
        reproductions.reproduce(first, alice)


def test_who_asks_twice_is_told_so(read, alice):
    first = read("a")
    reproductions.reproduce(first, alice)
    with pytest.raises(NotReproducible, match="already"):
        reproductions.reproduce(first, alice)


def test_it_stands_in_the_audit_trail(read, alice):
    first = read("a")
    reproductions.reproduce(first, alice, times=5)
    event = AuditEvent.objects.get(action="evaluation.reproduce")
    assert (event.actor, event.subject_id, event.details) == (alice, first.pk, {"times": 5})


def test_the_database_itself_refuses_one_that_any_model_may_read(read):
    first = read("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=first.pk).update(reproduces=first, pinned=False)


def test_what_was_never_repeated_has_no_stability(read):
    assert stability(read("a"), []) is None


def test_stability_counts_the_repeats_with_the_same_outcome(read, worker, alice):
    first = read("a")
    reproductions.reproduce(first, alice, times=5)
    for outcome in ("Shortlisted", "Shortlisted", "Rejected", "Shortlisted"):
        finish(worker, outcome=outcome)
    said = stability(first, first.reproductions.all())
    assert (str(said), said.is_stable) == ("3 of 4 the same outcome, 1 still to come", False)


def test_five_alike_are_stable(read, worker, alice):
    first = read("a")
    reproductions.reproduce(first, alice, times=5)
    for _ in range(5):
        finish(worker)
    said = stability(first, first.reproductions.all())
    assert (str(said), said.is_stable) == ("5 of 5 the same outcome", True)
