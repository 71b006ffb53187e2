"""Having résumés read again: the choice, what will happen, doing it, and how it goes on."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates.models import Application, Evaluation, Screening
from candidates.opinions import screenings
from candidates.opinions.screening_live import ScreeningsTopic
from candidates.pages.live import JobTopic
from models_admin.kit.messages import Message, Report
from models_admin.kit.topics import NotAllowed
from models_admin.models import Mode, ModelConfig
from models_admin.registry.options import Option

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]

STRICT = "one_shot:rules/strict"


@pytest.fixture
def alice(world, signed_in):
    return signed_in(world.alice)


@pytest.fixture
def screen(world) -> str:
    return reverse("job-screen", args=[world.job.pk])


@pytest.fixture
def rita(world) -> User:
    """In Alice's team, without any role."""
    user = User.objects.create_user("rita")
    world.team.members.add(user)
    return user


@pytest.fixture
def revise(world) -> Callable[[], None]:
    return lambda: world.job.versions.create(number=2, title="Cook", description="Cakes.")


@pytest.fixture
def asked(world, gpu0, ann) -> Screening:
    """Ann's résumé is to be read again by the strict rules."""
    strict = ModelConfig.objects.get(name="rules/strict")
    option = Option(mode=Mode.ONE_SHOT, model_config=strict)
    rows = Application.objects.filter(job=world.job)
    return screenings.screen_again(world.job, rows, option, world.alice).screening


def test_the_choice_says_why_a_model_cannot_run_and_does_not_offer_it(alice, screen, gpu0):
    page = alice.get(screen).text.split("<main")[1]
    choice = page[page.index('value="one_shot:Qwen/Qwen2.5-Omni-7B"') :]
    assert choice.index(" disabled>") < choice.index("Needs a GPU; this machine has none.") < 500


def test_without_a_worker_models_can_be_chosen_and_evaluations_wait(alice, screen, registry):
    page = alice.get(screen).text.split("<main")[1]
    choice = page[page.index(f'value="{STRICT}"') :]
    assert "disabled" not in choice[: choice.index(">")]
    assert "No worker is running. Evaluations wait for one." in page


def test_before_anything_is_queued_it_is_counted_and_told(alice, screen, gpu0, ann, make_application):
    make_application("Ben")
    page = alice.get(screen, {"option": STRICT}).text
    assert "2 evaluations will be queued for Keyword rules (strict) (One-Shot)." in page
    assert "the selection stays." in page
    assert not Screening.objects.exists()


def test_confirmed_it_is_queued(alice, screen, gpu0, ann, world):
    answer = alice.post(screen, {"option": STRICT}, follow=True)
    assert "1 will be read again." in answer.text
    evaluation = Evaluation.objects.latest("pk")
    assert (evaluation.application, evaluation.pinned, evaluation.model_config.name) == (
        ann,
        True,
        "rules/strict",
    )
    assert Screening.objects.get().asked_by == world.alice


def test_what_was_read_so_already_is_left_out_and_said(alice, screen, gpu0, ann):
    page = alice.get(screen, {"option": "one_shot:rules/balanced"}).text
    assert "Nothing to queue." in page
    assert "1 already has an up-to-date verdict" in page


def test_asked_for_twice_it_is_queued_once(alice, screen, gpu0, ann):
    alice.post(screen, {"option": STRICT})
    assert "Nothing was queued." in alice.post(screen, {"option": STRICT}, follow=True).text
    assert Evaluation.objects.filter(status="queued").count() == 1


def test_only_what_the_table_shows_is_read_again(alice, screen, gpu0, ann, make_application):
    make_application("Ivo", outcome="Invalid")
    for shown, which in ((1, "shown"), (2, "all")):
        page = alice.get(screen, {"option": STRICT, "which": which, "filter": "invalid=0"}).text
        assert f"{shown} evaluation{'' if shown == 1 else 's'} " in page


def test_one_application_is_read_again_from_its_page(alice, screen, gpu0, ann, make_application):
    make_application("Ben")
    answer = alice.post(screen, {"option": STRICT, "which": "one", "application": ann.pk})
    assert answer["Location"] == reverse("application-page", args=[ann.pk])
    assert Evaluation.objects.get(status="queued").application == ann


def test_an_application_of_another_job_is_none_of_this_one(alice, screen, gpu0):
    assert alice.get(screen, {"which": "one", "application": "99"}).status_code == 404


def test_what_is_out_of_date_is_counted_apart_from_the_page(alice, world, ann, revise):
    stale = reverse("job-stale", args=[world.job.pk])
    assert "out of date" not in alice.get(stale).text
    revise()
    assert "1 verdict is out of date" in alice.get(stale).text


def test_a_row_whose_verdict_is_out_of_date_says_so_and_why(alice, world, ann, revise):
    address = reverse("job-page", args=[world.job.pk])
    assert 'title="Since then' not in alice.get(address).text
    revise()
    Evaluation.objects.update(prompt_version="decide-0")
    title = 'title="Since then the job says something else, the prompt was changed."'
    assert title in alice.get(address).text


def test_an_open_page_marks_its_rows_when_the_job_was_revised(world, ann, revise):
    topic = JobTopic(world.alice, QueryDict(f"job={world.job.pk}"))
    topic.snapshot()
    revise()
    fragments = topic.after({Message(type=Report.JOB_CHANGED, id=world.job.pk)})
    assert "out of date" in fragments[0]


def test_one_button_brings_all_up_to_date(alice, screen, gpu0, ann, make_application, revise):
    make_application("Ben")
    revise()
    page = alice.get(screen, {"which": "stale", "option": "before"}).text
    assert "Bring 2 verdicts up to date?" in page
    alice.post(screen, {"option": "before"})
    assert Evaluation.objects.filter(status="queued", job_version__number=2).count() == 2


@pytest.mark.parametrize(
    ("option", "status", "words"),
    [
        ("one_shot:nobody/nothing", 404, "There is no model"),
        ("one_shot:Qwen/Qwen2.5-Omni-7B", 409, "Needs a GPU; this machine has none."),
        ("hybrid:rules/strict", 400, "does not fit the mode Hybrid"),
        ("strict", 400, "There is no mode"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_cannot_be_chosen_says_why_and_the_choice_is_there_again(
    alice, screen, gpu0, ann, method, option, status, words
):
    answer = getattr(alice, method)(screen, {"option": option})
    assert (answer.status_code, words in answer.text, "Which model" in answer.text) == (status, True, True)


def test_without_the_right_a_sentence_says_so(rita, screen, gpu0, ann, signed_in):
    answer = signed_in(rita).post(screen, {"option": STRICT})
    assert (answer.status_code, Screening.objects.count()) == (403, 0)
    assert "You may not screen résumés again. Ask a recruiter." in answer.text


def test_charlie_cannot_tell_that_the_job_is_there(world, screen, gpu0, signed_in, asked):
    charlie = signed_in(world.charlie)
    addresses = [screen, reverse("job-stale", args=[world.job.pk])]
    assert [charlie.get(address).status_code for address in addresses] == [404, 404]
    assert charlie.post(reverse("screening-cancel", args=[asked.pk])).status_code == 404


def test_the_page_of_the_job_shows_how_far_it_is(alice, world, asked):
    page = alice.get(reverse("job-page", args=[world.job.pk])).text
    assert "0 of 1 read, 1 to go" in page


def test_what_waits_is_taken_back_and_the_line_says_so(world, signed_in, asked):
    address = reverse("screening-cancel", args=[asked.pk])
    answer = signed_in(world.alice, htmx=True).post(address)
    assert answer.text.lstrip().startswith(f'<li id="screening-{asked.pk}"')
    assert "0 of 1 read, 1 cancelled" in answer.text
    assert Evaluation.objects.latest("pk").status == "cancelled"


def test_what_does_not_wait_any_more_cannot_be_taken_back(world, signed_in, asked):
    address, htmx = reverse("screening-cancel", args=[asked.pk]), signed_in(world.alice, htmx=True)
    htmx.post(address)
    answer = htmx.post(address)
    assert (answer.status_code, answer.text) == (409, "Nothing in it is queued any more.")


def test_without_the_right_nothing_is_taken_back(rita, signed_in, asked):
    answer = signed_in(rita).post(reverse("screening-cancel", args=[asked.pk]))
    assert (answer.status_code, Evaluation.objects.latest("pk").status) == (403, "queued")


def test_an_open_page_hears_of_it(world, asked):
    topic = ScreeningsTopic(world.bob, QueryDict(f"job={world.job.pk}"))
    assert "0 of 1 read, 1 to go" in topic.snapshot()[0]
    screenings.cancel(asked, world.alice)
    fragments = topic.after({Message(type=Report.SCREENING_CHANGED, id=asked.pk)})
    assert "1 cancelled" in fragments[0]
    assert topic.after({Message(type=Report.APPLICATION_CHANGED, id=1)}) == []


def test_an_open_page_counts_what_is_out_of_date_again_when_the_job_was_revised(world, ann, revise):
    topic = ScreeningsTopic(world.alice, QueryDict(f"job={world.job.pk}"))
    topic.snapshot()
    revise()
    [fragment] = topic.after({Message(type=Report.JOB_CHANGED, id=world.job.pk)})
    assert fragment.lstrip().startswith('<div id="stale"')


def test_charlie_hears_nothing(world):
    with pytest.raises(NotAllowed):
        ScreeningsTopic(world.charlie, QueryDict(f"job={world.job.pk}"))


def test_the_link_to_the_choice_carries_the_filter_of_the_table(alice, world, ann):
    page = alice.get(reverse("job-page", args=[world.job.pk]), {"invalid": "1"}).text
    assert f"screen?which=shown&amp;filter={quote('invalid=1', safe='')}" in page


def test_many_readings_take_the_page_as_many_queries_as_one(alice, world, asked, gpu0, make_application):
    address, counted = reverse("job-page", args=[world.job.pk]), []
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            alice.get(address)
        counted.append(len(queries))
        make_application(f"P{number}")
        rows = Application.objects.filter(job=world.job)
        option = Option(mode=Mode.ONE_SHOT, model_config=asked.model_config)
        screenings.screen_again(world.job, rows, option, world.alice)
    assert counted[1:] == counted[:-1]
