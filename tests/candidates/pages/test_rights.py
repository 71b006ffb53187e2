"""Who sees which page, and what is said to who does not."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(world, ann) -> dict[str, str]:
    return {
        "job": reverse("job-page", args=[world.job.pk]),
        "edit": reverse("job-edit", args=[world.job.pk]),
        "application": reverse("application-page", args=[ann.pk]),
        "file": reverse("resume-file", args=[ann.pk]),
    }


@pytest.fixture
def reader(world) -> User:
    """In Alice's team, without any role."""
    user = User.objects.create_user("rita")
    world.team.members.add(user)
    return user


@pytest.mark.parametrize("page", ["job", "edit", "application", "file"])
def test_whoever_is_not_signed_in_is_asked_to(pages, page):
    assert Client().get(pages[page])["Location"] == f"/sign-in?next={pages[page]}"


@pytest.mark.parametrize("page", ["job", "edit", "application", "file"])
def test_charlie_cannot_tell_that_the_job_is_there(pages, world, signed_in, page):
    assert signed_in(world.charlie).get(pages[page]).status_code == 404


@pytest.mark.parametrize("page", ["job", "edit", "application"])
def test_bob_sees_what_the_team_shares(pages, world, signed_in, page):
    assert signed_in(world.bob).get(pages[page]).status_code == 200


def test_charlie_cannot_decide(world, ann, signed_in):
    answer = signed_in(world.charlie).post(
        reverse("application-decide", args=[ann.pk]), {"status": "Accepted"}
    )
    assert (answer.status_code, ann.decisions.count()) == (404, 0)


def test_without_the_right_to_decide_a_sentence_says_so(reader, ann, signed_in):
    answer = signed_in(reader).post(reverse("application-decide", args=[ann.pk]), {"status": "Accepted"})
    assert answer.status_code == 403
    assert "You may not decide on applications. Ask a recruiter." in answer.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("job-new", "You may not create jobs. Ask a recruiter."),
        ("job-edit", "You may not change jobs. Ask a recruiter."),
    ],
)
def test_without_the_right_to_write_jobs_a_sentence_says_so(reader, world, signed_in, name, sentence):
    address = reverse(name, args=[world.job.pk] if name == "job-edit" else [])
    answer = signed_in(reader).get(address)
    assert (answer.status_code, sentence in answer.text) == (403, True)


def test_a_recruiter_may_not_swap_models(world, gpu0, signed_in):
    answer = signed_in(world.alice).post(reverse("swap"), {"option": "one_shot:rules/strict"})
    assert (answer.status_code, "You may not swap models. Ask an operator." in answer.text) == (403, True)


def test_a_reader_sees_the_decisions_but_cannot_press_them(reader, world, ann, signed_in):
    page = signed_in(reader).get(reverse("job-page", args=[world.job.pk])).text
    table = page[page.index('class="desk"') :]
    assert "<fieldset disabled>" in table


def test_the_selector_of_whoever_may_not_swap_cannot_be_pressed(world, gpu0, signed_in):
    page = signed_in(world.alice).get("/").text
    assert page.index("<fieldset disabled>") < page.index('id="models"')


def test_an_address_that_is_none_says_so(world, signed_in):
    assert "There is no page at this address." in signed_in(world.alice).get("/nowhere").text
