"""Repeating a reading from its application's page: who may, what is shown of it, and that it is live."""

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from candidates.models import Evaluation
from candidates.opinions import reproductions
from candidates.opinions.repeats_page import RepeatsTopic
from models_admin.kit.messages import Message, Report
from models_admin.kit.topics import NotAllowed
from models_admin.models import ModelConfig

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(world, signed_in):
    return signed_in(world.alice)


@pytest.fixture
def address(ann) -> str:
    return reverse("evaluation-reproduce", args=[ann.current_evaluation_id])


@pytest.fixture
def page(alice, ann):
    return lambda: alice.get(reverse("application-page", args=[ann.pk])).text


@pytest.fixture
def repeated(world, ann):
    """`repeated(reason="…")`: a repeat that ended, with the first one's words where nothing else is said."""

    def repeated(**said: object) -> Evaluation:
        first = ann.current_evaluation
        [repeat] = reproductions.reproduce(first, world.alice)
        same = {name: getattr(first, name) for name in ("outcome", "reason", "criteria")}
        ended = {"status": "succeeded", "started_at": timezone.now(), "ended_at": timezone.now()}
        Evaluation.objects.filter(pk=repeat.pk).update(**(same | ended | said))
        return repeat

    return repeated


def test_one_click_repeats_it(alice, ann, address):
    alice.post(address, {"times": "1"})
    assert Evaluation.objects.get(status="queued").reproduces == ann.current_evaluation


def test_another_click_repeats_it_for_the_badge(alice, address):
    alice.post(address, {"times": "5"})
    assert Evaluation.objects.filter(status="queued").count() == 5


def test_the_script_gets_the_repeats(world, signed_in, address):
    answer = signed_in(world.alice, htmx=True).post(address, {"times": "1"})
    assert answer.text.lstrip().startswith('<ol class="history" id="repeats"')
    assert "Waiting for Keyword rules (balanced)" in answer.text


def test_who_asks_while_it_is_being_repeated_is_told_so(world, signed_in, address):
    htmx = signed_in(world.alice, htmx=True)
    htmx.post(address)
    answer = htmx.post(address)
    assert (answer.status_code, answer.text) == (409, "It is already being repeated.")


def test_the_same_words_are_identical_and_stable(page, repeated):
    repeated()
    text = page()
    assert "Identical, letter for letter" in text
    assert "Stable: 1 of 1 the same outcome" in " ".join(text.split())


def test_what_is_said_otherwise_is_shown_line_by_line(page, repeated):
    repeated(outcome="Rejected", reason="Ann names nothing.")
    text = " ".join(page().split())
    assert "Different: outcome, reason" in text
    assert "Not stable: 0 of 1 the same outcome" in text
    assert '<del><span class="visually-hidden">first: </span>Ann names Python.</del>' in text
    assert '<ins><span class="visually-hidden">repeat: </span>Ann names nothing.</ins>' in text


def test_what_was_not_the_same_of_the_inputs_is_said(page, repeated):
    repeated(reason="Otherwise.", engine_version="rules 9")
    assert "The engine changed from “” to “rules 9”." in page()


def test_a_repeat_that_failed_says_why(page, repeated):
    repeated(status="failed", outcome="", error="The answer was cut.")
    assert "Failed: The answer was cut." in page()


def test_a_disabled_model_cannot_be_asked_again_and_says_so(page, ann):
    ModelConfig.objects.update(enabled=False)
    text = page()
    assert "is disabled. Enable it in the admin first." in text
    assert "Repeat 5 times" not in text


def test_without_the_right_a_sentence_says_so(world, signed_in, address):
    rita = User.objects.create_user("rita")
    world.team.members.add(rita)
    answer = signed_in(rita).post(address)
    assert (answer.status_code, Evaluation.objects.count()) == (403, 1)
    assert "You may not screen résumés again. Ask a recruiter." in answer.text


def test_charlie_cannot_tell_that_the_reading_is_there(world, signed_in, address):
    assert (signed_in(world.charlie).post(address).status_code, Evaluation.objects.count()) == (404, 1)


def test_an_open_page_hears_of_it(world, ann, repeated):
    topic = RepeatsTopic(world.bob, QueryDict(f"application={ann.pk}"))
    topic.snapshot()
    assert topic.after({Message(type=Report.APPLICATION_CHANGED, id=ann.pk)}) == []
    repeated()
    assert topic.after({Message(type=Report.APPLICATION_CHANGED, id=ann.pk + 1)}) == []
    [fragment] = topic.after({Message(type=Report.APPLICATION_CHANGED, id=ann.pk)})
    assert "Identical, letter for letter" in fragment


def test_charlie_hears_nothing(world, ann):
    with pytest.raises(NotAllowed):
        RepeatsTopic(world.charlie, QueryDict(f"application={ann.pk}"))


def test_a_verdict_that_is_out_of_date_says_why(page, ann, world):
    world.job.versions.create(number=2, title="Cook", description="Cakes.")
    Evaluation.objects.filter(pk=ann.current_evaluation_id).update(prompt_version="decide-0")
    text = " ".join(page().split())
    assert "since then the job says something else, and the prompt was changed." in text
