"""An evaluation: claimed once, answered once, and never lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from candidates.evaluations import claims, queue
from candidates.evaluations.queue import Choice
from candidates.models import Application, Candidate, Evaluation, ItemState, UploadItem
from candidates.models.leases import ClaimLost
from candidates.models.provenance import Provenance
from tests.queued import ANSWER, status_of

pytestmark = pytest.mark.django_db


def claim(worker, limit=10, **changes):
    choice = {"mode": "one_shot", "model_config_id": worker.model_config_id} | changes
    return claims.EVALUATIONS.claim(worker, limit, Choice(**choice))


def complete(reading, answer=ANSWER):
    claims.complete(reading, answer, Provenance(engine_version="rules 1"))


def test_a_claim_takes_the_oldest_first_and_no_more_than_asked(waiting, worker):
    first, second, _ = waiting("a"), waiting("b"), waiting("c")
    assert [reading.pk for reading in claim(worker, limit=2)] == [first.pk, second.pk]


def test_a_claim_writes_the_selection_of_the_worker_into_an_unpinned_evaluation(waiting, worker):
    evaluation = waiting("a")
    claim(worker)
    evaluation.refresh_from_db()
    assert (evaluation.mode, evaluation.model_config) == ("one_shot", worker.model_config)


def test_a_reading_holds_the_text_of_the_job_and_of_every_page(waiting, worker):
    waiting("a")
    [reading] = claim(worker)
    assert (reading.job_title, reading.job_description, reading.pages) == ("Baker", "Bakes bread.", ("a",))


def test_a_reading_says_when_the_person_applied_and_so_does_every_repeat(waiting, worker):
    evaluation = waiting("a")
    Application.objects.update(created_at=datetime(2024, 2, 29, 23, 59, tzinfo=UTC))
    repeat = Evaluation.objects.create(
        application=evaluation.application,
        job_version=evaluation.job_version,
        pinned=True,
        reproduces=evaluation,
        mode="one_shot",
        model_config=worker.model_config,
    )
    read = {reading.pk: reading.applied_on for reading in claim(worker)}
    assert read == dict.fromkeys([evaluation.pk, repeat.pk], date(2024, 2, 29))


def test_what_one_worker_has_claimed_another_does_not_get(waiting, worker, other_worker):
    waiting("a")
    claim(worker)
    assert claim(other_worker) == []


def test_a_pinned_evaluation_waits_for_its_own_model(waiting, worker, strict):
    evaluation = waiting("a")
    Evaluation.objects.filter(pk=evaluation.pk).update(pinned=True, mode="one_shot", model_config=strict)
    assert claim(worker) == []
    assert len(claim(worker, model_config_id=strict.pk)) == 1


def test_a_verdict_ends_the_uploaded_file_that_waited_for_it(waiting, worker):
    evaluation = waiting("a")
    complete(claim(worker)[0])
    assert UploadItem.objects.get(application=evaluation.application).state == ItemState.EVALUATED


def test_invalid_ends_the_file_as_invalid_and_makes_no_candidate(waiting, worker):
    evaluation = waiting("a")
    complete(claim(worker)[0], ANSWER.model_copy(update={"outcome": "Invalid"}))
    assert UploadItem.objects.get(application=evaluation.application).state == ItemState.INVALID
    assert not Candidate.objects.exists()


def test_a_verdict_is_written_once(waiting, worker):
    waiting("a")
    [reading] = claim(worker)
    complete(reading)
    with pytest.raises(ClaimLost):
        complete(reading, ANSWER.model_copy(update={"outcome": "Rejected"}))
    assert Evaluation.objects.get(pk=reading.pk).outcome == "Shortlisted"


def test_a_worker_that_lost_its_lease_cannot_write(waiting, worker, other_worker):
    waiting("a")
    [late] = claim(worker)
    Evaluation.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    claims.EVALUATIONS.requeue_expired()
    [reading] = claim(other_worker)
    with pytest.raises(ClaimLost):
        complete(late)
    complete(reading)


def test_an_expired_lease_goes_back_without_a_failure_charged(waiting, worker):
    evaluation = waiting("a")
    claim(worker)
    Evaluation.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    claims.EVALUATIONS.requeue_expired()
    evaluation.refresh_from_db()
    assert (evaluation.status, evaluation.failures, evaluation.model_config) == ("queued", 0, None)


def test_a_lease_that_runs_is_left_alone(waiting, worker):
    evaluation = waiting("a")
    claim(worker)
    claims.EVALUATIONS.requeue_expired()
    assert status_of(evaluation) == "running"


def test_two_failures_are_tried_again_the_third_ends_it_with_the_reason(waiting, worker):
    evaluation = waiting("a")
    seen = []
    for _ in range(3):
        claims.EVALUATIONS.fail(claim(worker)[0], "The answer was cut.")
        seen.append(status_of(evaluation))
    assert seen == ["queued", "queued", "failed"]
    item = UploadItem.objects.get(application=evaluation.application)
    assert (item.state, item.reason, item.failed_in_model) == (ItemState.FAILED, "The answer was cut.", True)


def test_what_is_wrong_with_an_answer_is_there_when_it_is_asked_for_again_and_gone_when_it_is_right(
    waiting, worker
):
    waiting("a")
    [first] = claim(worker)
    claims.EVALUATIONS.fail(first, "The answer was cut.", in_answer=True)
    [again] = claim(worker)
    assert (first.wrong, again.wrong) == ("", "The answer was cut.")
    complete(again)
    assert Evaluation.objects.get(pk=again.pk).error == ""


def test_an_error_of_ours_is_not_told_to_the_model(waiting, worker):
    waiting("a")
    claims.EVALUATIONS.fail(claim(worker)[0], "An error of ours.")
    assert claim(worker)[0].wrong == ""


def test_what_is_put_back_is_charged_nothing(waiting, worker):
    evaluation = waiting("a")
    claims.EVALUATIONS.put_back(claim(worker))
    evaluation.refresh_from_db()
    assert (evaluation.status, evaluation.failures) == ("queued", 0)


def test_the_work_of_a_workers_earlier_process_goes_back_to_the_queue(waiting, worker, other_worker):
    mine, other = waiting("a"), waiting("b")
    claim(worker, limit=1), claim(other_worker, limit=1)
    claims.EVALUATIONS.requeue_of(worker)
    assert (status_of(mine), status_of(other)) == ("queued", "running")


def test_the_same_name_and_email_are_the_same_person(waiting, worker):
    waiting("a"), waiting("b")
    for reading in claim(worker):
        complete(reading)
    assert Candidate.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"email": None}, {"name": None}, {"name": "Bo Berg"}, {"email": "b@example.com"}]
)
def test_one_of_both_is_not_enough(waiting, worker, change):
    waiting("a"), waiting("b")
    first, second = claim(worker)
    complete(first)
    complete(second, ANSWER.model_copy(update=change))
    assert Candidate.objects.count() == 2


def test_a_second_version_changes_the_row_of_the_first(waiting, worker):
    first = waiting("a").application
    complete(claim(worker)[0])
    before = Application.objects.get(pk=first.pk).row_version
    waiting("b")
    complete(claim(worker)[0])
    assert Application.objects.get(pk=first.pk).row_version > before


def test_the_database_itself_refuses_a_verdict_on_what_has_not_succeeded(waiting):
    evaluation = waiting("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(outcome="Shortlisted")


def test_the_database_itself_refuses_an_unknown_verdict(waiting):
    evaluation = waiting("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(status="succeeded", outcome="Great")


def test_the_queue_is_counted_by_what_it_waits_for(waiting, strict):
    waiting("a"), waiting("b")
    pinned = waiting("c")
    Evaluation.objects.filter(pk=pinned.pk).update(pinned=True, mode="one_shot", model_config=strict)
    counts = {row.model_config_id: row.count for row in queue.waiting()}
    assert counts == {None: 2, strict.pk: 1}
