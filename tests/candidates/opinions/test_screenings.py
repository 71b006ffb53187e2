"""Reading again: with another model, or as everything stands today; what is fresh is not read twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from candidates.evaluations import claims, endings, prompts, staleness
from candidates.evaluations.staleness import Cause
from candidates.models import Application, Evaluation, ItemState, Resume, Screening, UploadItem
from candidates.opinions import screening_progress, screenings
from candidates.opinions.screenings import Asked
from models_admin.models import AuditEvent, GpuWorker, Mode, ModelConfig
from models_admin.registry.options import Option
from models_admin.swaps.wishes import CannotRunHere
from tests.queued import claim, finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(job):
    return job.owner


@pytest.fixture
def again(job, alice, strict, worker):
    """Read all again: `again()` by the strict rules, `again(balanced)` by those that serve."""
    runnable = {str(row.pk): "" for row in ModelConfig.objects.all()}
    GpuWorker.objects.update(runnable=runnable)

    def again(model_config=strict) -> Asked:
        option = Option(mode=Mode.ONE_SHOT, model_config=model_config)
        return screenings.screen_again(job, Application.objects.filter(job=job), option, alice)

    return again


@pytest.fixture
def revise(job):
    return lambda: job.versions.create(number=2, title="Pastry cook", description="Cakes.")


def causes() -> list[Cause]:
    row = Evaluation.objects.annotate(**staleness.annotations()).get()
    return list(staleness.causes(row))


def test_every_application_is_asked_for_once(read, again):
    read("a"), read("b")
    assert again() == Asked(made=2, waiting=0, fresh=0)
    assert again() == Asked(made=0, waiting=2, fresh=0)


def test_they_are_pinned_to_the_model_and_to_the_job_as_it_is(read, again, strict, revise):
    read("a")
    version = revise()
    again()
    asked = Evaluation.objects.latest("pk")
    assert (asked.pinned, asked.mode, asked.model_config, asked.job_version) == (
        True,
        "one_shot",
        strict,
        version,
    )


def test_what_was_read_so_as_everything_stands_is_not_read_again(read, again, balanced):
    read("a")
    assert again(balanced) == Asked(made=0, waiting=0, fresh=1)


def test_what_is_stale_is_read_again(read, again, balanced, revise):
    read("a")
    revise()
    assert again(balanced) == Asked(made=1, waiting=0, fresh=0)


def test_the_old_verdict_stays_until_the_new_one_is_there(read, again, worker, strict):
    first = read("a")
    again()
    assert Application.objects.get().current_evaluation == first
    worker.model_config = strict
    second = finish(worker, outcome="Rejected")
    assert Application.objects.get().current_evaluation == second


def test_what_was_asked_for_earlier_does_not_replace_a_later_verdict(read, again, worker, strict, balanced):
    read("a")
    again()
    late = Evaluation.objects.latest("pk")
    Evaluation.objects.create(application=late.application, job_version=late.job_version)
    newest = finish(worker)
    worker.model_config = strict
    finish(worker, outcome="Rejected")
    assert Application.objects.get().current_evaluation == newest


def test_where_there_is_no_verdict_yet_the_row_shows_what_was_asked_for_last(waiting, again):
    waiting("a")
    again()
    assert Application.objects.get().current_evaluation == Evaluation.objects.latest("pk")


def test_what_no_worker_can_run_is_refused_with_the_reason(read, again, strict):
    GpuWorker.objects.update(runnable={str(strict.pk): "Needs a GPU."})
    with pytest.raises(CannotRunHere, match=r"Keyword rules \(strict\) cannot run here"):
        again()


def test_without_a_worker_it_waits_for_one(read, again):
    read("a")
    GpuWorker.objects.update(status="stopped")
    assert again().made == 1


def test_it_stands_in_the_audit_trail(read, again, strict, job, alice):
    read("a")
    again()
    event = AuditEvent.objects.get(action="job.screen")
    assert (event.actor, event.subject_id, event.details["count"]) == (alice, job.pk, 1)


def test_what_was_just_read_is_not_stale(read):
    read("a", prompt_version=prompts.VERSION, model_revision="r1")
    assert causes() == []


def test_a_job_that_says_something_else_makes_stale(read, revise):
    read("a")
    revise()
    assert causes() == [Cause.JOB]


def test_another_prompt_makes_stale(read):
    read("a", prompt_version="decide-0")
    assert causes() == [Cause.PROMPT]


def test_rules_have_no_prompt_that_could_change(read):
    read("a", prompt_version="")
    assert causes() == []


def test_other_weights_make_stale_from_their_first_reading_on(read):
    old, new = read("a", model_revision="r1"), read("b", model_revision="r2")
    rows = Evaluation.objects.annotate(**staleness.annotations())
    assert {row.pk: list(staleness.causes(row)) for row in rows} == {old.pk: [Cause.MODEL], new.pk: []}


def test_other_rules_make_stale_from_their_first_evaluation_on(read):
    old, new = read("a", engine_version="rules 1"), read("b", engine_version="rules 2")
    rows = Evaluation.objects.annotate(**staleness.annotations())
    assert {row.pk: list(staleness.causes(row)) for row in rows} == {old.pk: [Cause.RULES], new.pk: []}


def test_a_newer_engine_with_the_same_weights_makes_nothing_stale(read, balanced):
    ModelConfig.objects.filter(pk=balanced.pk).update(type="text_reasoning", provider="vllm")
    read("a", engine_version="vllm 0.32", model_revision="r1")
    read("b", engine_version="vllm 0.33", model_revision="r1")
    rows = Evaluation.objects.annotate(**staleness.annotations())
    assert [list(staleness.causes(row)) for row in rows] == [[], []]


def test_a_document_that_was_read_anew_makes_stale(read):
    read("a")
    Resume.objects.update(prepared_at=timezone.now() + timedelta(seconds=1))
    assert causes() == [Cause.DOCUMENT]


def test_what_still_waits_is_not_stale(waiting, revise):
    waiting("a")
    revise()
    assert causes() == []


def test_many_rows_take_as_many_queries_as_one(read, revise, django_assert_num_queries):
    read("a"), read("b"), read("c")
    revise()
    with django_assert_num_queries(3):
        rows = Application.objects.annotate(**staleness.annotations("current_evaluation__"))
        assert [list(staleness.causes(row)) for row in rows] == [[Cause.JOB]] * 3


def test_all_that_is_stale_is_brought_up_to_date_once(read, revise, job, alice):
    read("a"), read("b")
    revise()
    assert [screenings.bring_up_to_date(job, alice).made for _ in range(2)] == [2, 0]
    assert screenings.stale_applications(job).count() == 0


def test_who_was_pinned_is_pinned_again_and_the_others_take_whoever_serves(
    read, again, worker, strict, balanced, revise, job, alice
):
    read("a")
    again()
    worker.model_config = strict
    finish(worker)
    worker.model_config = balanced
    read("b")
    revise()
    screenings.bring_up_to_date(job, alice)
    asked = Evaluation.objects.filter(status="queued").order_by("application_id")
    assert [(row.pinned, row.model_config) for row in asked] == [(True, strict), (False, None)]


def test_a_model_that_was_disabled_meanwhile_is_not_waited_for(
    read, again, worker, strict, revise, job, alice
):
    read("a")
    again()
    worker.model_config = strict
    finish(worker)
    ModelConfig.objects.filter(pk=strict.pk).update(enabled=False)
    revise()
    screenings.bring_up_to_date(job, alice)
    assert not Evaluation.objects.get(status="queued").pinned


def test_nothing_is_read_twice_at_once_for_the_same_job_text(read, again, revise, job, alice, worker):
    read("a")
    revise()
    again()
    assert screenings.bring_up_to_date(job, alice).made == 0
    assert claim(worker) == []


def test_what_will_be_read_is_told_before_anything_is_queued(read, again, job, strict, waiting):
    read("a"), read("b")
    option = Option(mode=Mode.ONE_SHOT, model_config=strict)
    first = Application.objects.filter(resume__storage_key="a")
    again_first = screenings.foresee(job, first, option)
    assert (again_first, Evaluation.objects.count()) == (Asked(made=1), 2)


@pytest.mark.parametrize("late", [False, True])
def test_what_is_told_before_is_what_happens(read, again, job, balanced, revise, late):
    read("a"), read("b")
    if late:
        revise()
    told = screenings.foresee(
        job, Application.objects.filter(job=job), Option(mode=Mode.ONE_SHOT, model_config=balanced)
    )
    assert again(balanced) == told


def test_nothing_to_read_makes_no_screening(read, again, balanced):
    read("a")
    assert (again(balanced).screening, Screening.objects.count()) == (None, 0)


def test_the_progress_of_a_screening_is_counted_from_its_readings(read, again, worker, strict):
    read("a"), read("b"), read("c")
    screening = again().screening
    worker.model_config = strict
    finish(worker), claim(worker)
    progress = screening_progress.progress_of(screening)
    assert (progress.words, progress.is_open) == ("1 of 3 read, 2 to go", True)


def test_what_waits_can_be_taken_back_and_what_is_being_read_goes_on(read, again, worker, strict, alice):
    read("a"), read("b"), read("c")
    screening = again().screening
    worker.model_config = strict
    claim(worker)
    assert screenings.cancel(screening, alice) == 2
    assert screening_progress.progress_of(screening).words == "0 of 3 read, 2 cancelled, 1 to go"


def test_what_was_taken_back_is_not_read(read, again, worker, strict, alice):
    read("a")
    screenings.cancel(again().screening, alice)
    worker.model_config = strict
    assert claim(worker) == []


def test_a_verdict_survives_that_another_reading_is_taken_back(read, again, alice):
    first = read("a")
    screenings.cancel(again().screening, alice)
    assert Application.objects.get().current_evaluation == first


def test_a_row_without_a_verdict_shows_the_reading_that_is_still_to_come(waiting, again, alice):
    unpinned = waiting("a")
    screenings.cancel(again().screening, alice)
    assert Application.objects.get().current_evaluation == unpinned


def test_a_file_waits_on_while_another_reading_may_bring_its_verdict(waiting, again, alice):
    waiting("a")
    screenings.cancel(again().screening, alice)
    assert UploadItem.objects.get().state == ItemState.EVALUATING


def test_a_file_whose_last_reading_is_taken_back_has_failed_and_says_why(waiting, again, alice, worker):
    waiting("a")
    screening = again().screening
    for _ in range(3):
        claims.EVALUATIONS.fail(claim(worker)[0], "Cut.")
    screenings.cancel(screening, alice)
    item = UploadItem.objects.get()
    assert (item.state, item.reason) == (ItemState.FAILED, endings.CANCELLED)


def test_taking_back_stands_in_the_audit_trail(read, again, alice):
    read("a")
    screening = again().screening
    screenings.cancel(screening, alice)
    event = AuditEvent.objects.get(action="screening.cancel")
    assert (event.actor, event.subject_id, event.details) == (alice, screening.pk, {"count": 1})


def test_the_page_shows_what_goes_on_and_else_the_newest(read, again, worker, strict, balanced, revise, job):
    read("a")
    first = again().screening
    worker.model_config = strict
    finish(worker)
    revise()
    second = again(balanced).screening
    assert [progress.screening for progress in screening_progress.shown(job)] == [second]
    third = again().screening
    assert [progress.screening for progress in screening_progress.shown(job)] == [third, second]
    for model_config in (balanced, strict):
        worker.model_config = model_config
        finish(worker)
    assert [progress.screening for progress in screening_progress.shown(job)] == [third]
    assert first.pk < second.pk
