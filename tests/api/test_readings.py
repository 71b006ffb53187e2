"""Readings over REST: what each came from, reading again, repeating, comparing; and who may."""

# ruff: noqa: F401, F811  # fixtures of the tests of pages
import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from candidates.models import Evaluation, Screening
from models_admin.models import ModelConfig
from tests.api.conftest import api_of
from tests.candidates.conftest import ann, balanced, gpu0, make_application
from wfc_site import roles
from wfc_site.roles import Role

pytestmark = pytest.mark.django_db

STRICT = {"model_name": "rules/strict", "inference_mode": "one_shot"}


@pytest.fixture
def readings(ann) -> str:
    return reverse("api-evaluations", args=[ann.pk])


@pytest.fixture
def reproductions(ann) -> str:
    return reverse("api-reproductions", args=[ann.current_evaluation_id])


@pytest.fixture
def screenings(world) -> str:
    return reverse("api-screenings", args=[world.job.pk])


@pytest.fixture
def comparison(world) -> str:
    return reverse("api-comparison", args=[world.job.pk])


@pytest.fixture
def asked(alice, screenings, ann, gpu0) -> str:
    """Ann's résumé is to be read again by the strict rules: where that is to be seen."""
    body = alice.post(screenings, STRICT, format="json").json()
    return reverse("api-screening", args=[body["screening"]["id"]])


@pytest.fixture
def read_twice(ann) -> Evaluation:
    """Ann's résumé was shortlisted by the balanced rules and rejected by the strict ones."""
    second = ann.current_evaluation
    second.pk, second.outcome, second.criteria = None, "Rejected", []
    second.model_config = ModelConfig.objects.get(name="rules/strict")
    second.save()
    return second


@pytest.fixture(params=[Role.HIRING_MANAGER, Role.AUDITOR])
def onlooker(world, request):
    """In Alice's team, by a role that reads and changes nothing."""
    user = User.objects.create_user("rita")
    roles.give_role(user, request.param)
    world.team.members.add(user)
    return api_of(user)


def test_a_reading_tells_what_it_came_from(alice, ann, readings):
    Evaluation.objects.update(prompt_hash="a" * 64, raw="{}", seconds=1.5, page_hashes=["b" * 64])
    [reading] = alice.get(readings).json()
    said = {name: reading[name] for name in ("id", "model", "job_version", "outcome", "raw", "seconds")}
    assert said == {
        "id": ann.current_evaluation_id,
        "model": "rules/balanced",
        "job_version": 1,
        "outcome": "Shortlisted",
        "raw": "{}",
        "seconds": 1.5,
    }
    assert (reading["prompt_hash"], reading["page_hashes"]) == ("a" * 64, ["b" * 64])


def test_a_single_reading_is_the_same(alice, ann, readings):
    [reading] = alice.get(readings).json()
    assert alice.get(reverse("api-evaluation", args=[reading["id"]])).json() == reading


def test_applications_are_read_again(alice, asked):
    body = alice.get(asked).json()
    assert (body["model"], body["asked_by"], body["waiting"], body["total"], body["is_open"]) == (
        "rules/strict",
        "alice",
        1,
        1,
        True,
    )


def test_the_newest_screenings_are_listed(alice, asked, screenings):
    assert [row["waiting"] for row in alice.get(screenings).json()] == [1]


def test_only_the_named_applications_are_read_again(alice, screenings, ann, make_application, gpu0):
    other = make_application("Ben")
    body = alice.post(screenings, STRICT | {"application_ids": [other.pk]}, format="json").json()
    assert body["made"] == 1
    assert Evaluation.objects.get(status="queued").application == other


def test_what_is_out_of_date_is_read_again_by_whom_it_was_read_before(alice, world, screenings, ann, gpu0):
    assert alice.post(screenings, {"stale": True}, format="json").json()["made"] == 0
    world.job.versions.create(number=2, title="Cook", description="Cakes.")
    body = alice.post(screenings, {"stale": True}, format="json").json()
    assert (body["made"], body["screening"]["model"]) == (1, None)


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({}, 400, "stale=true"),
        ({"model_name": "rules/strict"}, 400, "together"),
        ({"stale": True, "application_ids": [1]}, 400, "Name a model"),
        (STRICT | {"model_name": "nobody/nothing"}, 404, "There is no model"),
        (STRICT | {"model_name": "Qwen/Qwen2.5-Omni-7B"}, 409, "Needs a GPU"),
        (STRICT | {"inference_mode": "hybrid"}, 400, "does not fit the mode Hybrid"),
    ],
)
def test_what_cannot_be_asked_for_says_why(alice, screenings, ann, gpu0, sent, status, words):
    answer = alice.post(screenings, sent, format="json")
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)


def test_what_waits_is_taken_back(alice, asked):
    body = alice.post(f"{asked}/cancel").json()
    assert (body["cancelled"], body["waiting"], body["is_open"]) == (1, 0, False)


def test_a_reading_is_repeated_and_its_repeats_told(alice, reproductions):
    answer = alice.post(reproductions, {"times": 2}, format="json")
    assert (answer.status_code, answer.json()["stability"]["open"]) == (202, 2)
    assert alice.get(reproductions).json() == answer.json()


def test_while_it_is_being_repeated_it_is_not_repeated_again(alice, reproductions):
    alice.post(reproductions)
    answer = alice.post(reproductions)
    assert (answer.status_code, answer.json()["detail"]) == (409, "It is already being repeated.")


def test_a_repeat_says_what_differs(alice, ann, reproductions):
    alice.post(reproductions)
    done = {"status": "succeeded", "outcome": "Rejected", "reason": "No.", "criteria": []}
    Evaluation.objects.filter(reproduces__isnull=False).update(**done)
    [repeat] = alice.get(reproductions).json()["repeats"]
    assert repeat["difference"]["words"] == "Different: outcome, reason, criteria"
    assert repeat["difference"]["parts"][0] == {
        "name": "outcome",
        "lines": [{"kind": "before", "text": "Shortlisted"}, {"kind": "after", "text": "Rejected"}],
    }


def test_two_raters_are_compared(alice, comparison, ann, read_twice):
    body = alice.get(comparison, {"a": "one_shot:rules/balanced", "b": "one_shot:rules/strict"}).json()
    assert body["matrix"][0] == [0, 0, 1, 0]
    assert (body["agreed"]["count"], body["agreed"]["of"]) == (0, 1)
    [difference] = body["disagreements"]
    assert (difference["application_id"], difference["severity"]) == (ann.pk, 4)
    assert difference["criteria"] == [{"label": "Python", "first": "met", "second": None}]
    assert body["after"] is None


def test_raters_are_listed_with_their_keys(alice, world, read_twice):
    found = alice.get(reverse("api-readers", args=[world.job.pk])).json()
    assert {rater["key"] for rater in found} == {"one_shot:rules/balanced", "one_shot:rules/strict"}


def test_a_page_of_differences_ends_where_the_next_begins(alice, comparison, read_twice, ann):
    first = alice.get(comparison, {"limit": 1}).json()
    assert first["after"] == f"4-{ann.pk}"
    assert alice.get(comparison, {"limit": 1, "after": first["after"]}).json()["disagreements"] == []


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"a": "nobody"}, 404, "has rated nothing"),
        ({"a": "one_shot:rules/strict", "b": "one_shot:rules/strict"}, 400, "two different raters"),
    ],
)
def test_raters_that_cannot_be_compared_are_refused(alice, comparison, read_twice, query, status, words):
    answer = alice.get(comparison, query)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)


def test_one_rater_alone_is_not_compared(alice, comparison, ann):
    assert "Screen its applications again with another model" in alice.get(comparison).json()["detail"]


def test_an_onlooker_reads_everything(
    onlooker, readings, reproductions, screenings, comparison, asked, read_twice
):
    addresses = (readings, reproductions, screenings, comparison, asked)
    assert [onlooker.get(address).status_code for address in addresses] == [200] * 5


def test_an_onlooker_asks_for_nothing(onlooker, reproductions, screenings, asked):
    before = (Evaluation.objects.count(), Screening.objects.count())
    answers = [
        onlooker.post(reproductions),
        onlooker.post(screenings, STRICT, format="json"),
        onlooker.post(f"{asked}/cancel"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert (Evaluation.objects.count(), Screening.objects.count()) == before
    assert Evaluation.objects.latest("pk").status == "queued"


def test_charlie_cannot_tell_that_anything_is_there(
    charlie, readings, reproductions, screenings, comparison, asked
):
    addresses = (readings, reproductions, screenings, comparison, asked)
    assert [charlie.get(address).status_code for address in addresses] == [404] * 5
    posts = (reproductions, screenings, f"{asked}/cancel")
    assert [charlie.post(address).status_code for address in posts] == [404] * 3
