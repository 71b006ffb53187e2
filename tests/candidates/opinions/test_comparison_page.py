"""The page that compares two raters of a job's résumés: who may, what it counts, what it lists first."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from candidates.deciding import decisions
from candidates.models import Application, Evaluation
from models_admin.models import ModelConfig

pytestmark = pytest.mark.django_db

BALANCED, STRICT = "one_shot:rules/balanced", "one_shot:rules/strict"


@pytest.fixture
def strict(registry) -> ModelConfig:
    return ModelConfig.objects.get(name="rules/strict")


@pytest.fixture
def read_twice(make_application, strict) -> Callable[..., Application]:
    """`read_twice("Ann", "Shortlisted", "Rejected")`: what the balanced and what the strict rules said."""

    def read_twice(name: str, balanced: str, strictly: str, **how: object) -> Application:
        application = make_application(name, outcome=balanced)
        first = application.current_evaluation
        row = {
            "mode": "one_shot",
            "model_config": strict,
            "status": "succeeded",
            "reason": f"{name}, strictly.",
        }
        row |= {"criteria": [{"key": "Python", "verdict": "not_met", "quote": None, "page": None}]}
        row |= {"started_at": timezone.now(), "ended_at": timezone.now(), "job_version": first.job_version}
        Evaluation.objects.create(application=application, outcome=strictly, **(row | how))
        return application

    return read_twice


@pytest.fixture
def page(world, signed_in) -> Callable[..., str]:
    def page(user: User = world.alice, status: int = 200, **query: str) -> str:
        answer = signed_in(user).get(reverse("job-compare", args=[world.job.pk]), query)
        assert answer.status_code == status
        return answer.text

    return page


@pytest.fixture
def compared(world, signed_in):
    """What the page counts: `compared(a=…, b=…)`."""

    def compared(**query: str):
        answer = signed_in(world.alice).get(reverse("job-compare", args=[world.job.pk]), query)
        return answer.context

    return compared


def names(context) -> list[str]:
    return [difference.application.candidate.name for difference in context["differences"]]


def test_charlie_cannot_tell_that_the_job_is_there(page, world):
    page(world.charlie, status=404)


def test_somebody_without_any_role_may_look_and_not_decide(page, world, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    rita = User.objects.create_user("rita")
    world.team.members.add(rita)
    text = page(rita)
    assert '<fieldset class="stack" disabled>' in text[text.index('id="differences"') :]


def test_before_anything_was_read_it_says_what_to_do(page):
    assert "No raters yet" in page()


def test_with_one_rater_it_says_how_to_get_a_second(page, ann):
    assert "Keyword rules (balanced) (One-Shot) is the only rater" in page()


def test_two_raters_are_counted_against_each_other(compared, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    read_twice("Ben", "Shortlisted", "Shortlisted")
    matrix = compared(a=BALANCED, b=STRICT)["matrix"]
    assert (matrix.counts[0], matrix.total, matrix.agreed.count) == ((1, 0, 1, 0), 2, 1)


def test_the_other_way_round_is_the_other_way_round(compared, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    assert compared(a=STRICT, b=BALANCED)["matrix"].counts[2] == (1, 0, 0, 0)


def test_what_only_one_has_read_is_left_out(compared, read_twice, make_application):
    read_twice("Ann", "Shortlisted", "Shortlisted")
    make_application("Ben")
    assert compared()["matrix"].total == 1


def test_of_several_evaluations_by_the_same_rater_the_newest_counts(compared, read_twice, strict):
    application = read_twice("Ann", "Shortlisted", "Rejected")
    older = Evaluation.objects.get(model_config=strict)
    older.pk, older.outcome, older.reason = None, "Shortlisted", "On second thoughts."
    older.save()
    assert compared()["matrix"].agreed.count == 1
    assert application.evaluations.count() == 3


def test_a_repeat_does_not_count(compared, read_twice, strict):
    read_twice("Ann", "Shortlisted", "Rejected")
    repeat = Evaluation.objects.get(model_config=strict)
    repeat.reproduces_id, repeat.pk, repeat.outcome, repeat.pinned = repeat.pk, None, "Shortlisted", True
    repeat.save()
    assert compared()["matrix"].agreed.count == 0


def test_evaluations_for_an_earlier_text_do_not_count(page, world, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    world.job.versions.create(number=2, title="Cook", description="Cakes.")
    assert "No raters yet" in page()


def test_the_gravest_difference_stands_first_and_then_the_newest(compared, read_twice):
    read_twice("Mild", "Rejected", "Invalid")
    read_twice("Grave", "Rejected", "Shortlisted")
    read_twice("Step", "Needs Review", "Shortlisted")
    read_twice("Same", "Rejected", "Rejected")
    read_twice("Newer", "Needs Review", "Rejected")
    assert names(compared()) == ["Grave", "Newer", "Step", "Mild"]


def test_side_by_side_stand_both_reasons_and_the_criteria_that_differ(page, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    text = page()
    for words in ("Ann names Python.", "Ann, strictly.", "1 criterion judged differently", "Not met"):
        assert words in text


def test_the_criteria_have_the_words_of_the_job(page, world, read_twice):
    world.job.current.criteria.create(position=9, key="Python", text="Five years of Python", weight="must")
    read_twice("Ann", "Shortlisted", "Rejected")
    assert "Five years of Python" in page()


def test_a_cell_of_the_matrix_leads_to_its_resumes(page, compared, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    read_twice("Ben", "Shortlisted", "Shortlisted")
    assert "cell=Shortlisted%3AShortlisted" in page()
    assert names(compared(cell="Shortlisted:Shortlisted")) == ["Ben"]


def test_a_long_list_goes_on_where_it_ended(compared, read_twice, monkeypatch):
    monkeypatch.setattr("candidates.opinions.comparisons.PAGE_ROWS", 2)
    for number, strictly in enumerate(["Invalid", "Rejected", "Rejected", "Needs Review"]):
        read_twice(f"P{number}", "Shortlisted", strictly)
    seen, place = [], ""
    while True:
        context = compared(after=place)
        seen += names(context)
        place = context["next_place"]
        if not place:
            break
    assert seen == ["P2", "P1", "P0", "P3"]


def test_people_are_a_rater_by_their_newest_decisions(compared, world, make_application):
    for name, verdicts in {"Ann": ["Rejected", "Accepted"], "Ben": ["Rejected"], "Cleo": ["Pending"]}.items():
        application = make_application(name)
        for verdict in verdicts:
            decisions.decide(application, status=verdict, user=world.alice)
    make_application("Nobody decided")
    assert compared(a="people", b=BALANCED)["matrix"].counts == (
        (1, 0, 0, 0),
        (1, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 0, 0, 0),
    )


def test_what_a_person_decided_stands_there_with_name_and_note(page, world, ann):
    decisions.decide(ann, status="Rejected", note="Lives too far away.", user=world.alice)
    text = page(a="people")
    for words in ("Lives too far away.", "by alice"):
        assert words in text


def test_revisions_of_the_same_model_can_be_told_apart(compared, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected", model_revision="r1")
    read_twice("Ben", "Shortlisted", "Shortlisted", model_revision="r2")
    context = compared(a=f"{STRICT}@r1", b=BALANCED)
    assert {rater.key: rater.count for rater in context["raters"]} == {
        BALANCED: 2,
        STRICT: 2,
        f"{STRICT}@r1": 1,
        f"{STRICT}@r2": 1,
    }
    assert context["matrix"].total == 1


def test_a_rater_that_is_none_is_refused_with_those_who_are(page, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    text = page(status=404, a="one_shot:nobody/nothing")
    assert "“one_shot:nobody/nothing” has rated nothing for this version of the job." in text


def test_a_rater_against_itself_is_refused(page, read_twice):
    read_twice("Ann", "Shortlisted", "Rejected")
    assert "Choose two different raters" in page(status=400, a=STRICT, b=STRICT)


def test_many_resumes_take_as_many_queries_as_one(page, read_twice):
    counted = []
    for number in range(6):
        read_twice(f"P{number}", "Shortlisted", "Rejected")
        with CaptureQueriesContext(connection) as queries:
            page()
        counted.append(len(queries))
    assert counted[1:] == counted[:-1]


def test_agreement_is_told_with_kappa_and_both_intervals(page, read_twice):
    for number, said in enumerate(["Shortlisted", "Shortlisted", "Rejected", "Needs Review"]):
        read_twice(f"P{number}", said, said if number else "Rejected")
    text = " ".join(page(a=BALANCED, b=STRICT).split())
    assert "3 of 4: 75 % (95 % interval 30 to 95 %)" in text
    assert "0.64 (95 % interval" in text
    assert "substantial agreement beyond chance" in text
