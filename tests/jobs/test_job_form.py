"""The form of a job: its criteria are added, moved, removed and drawn before anything is kept."""

import re

import pytest
from django.urls import reverse

from jobs import openings
from jobs.criteria import listed
from jobs.models import Job

pytestmark = pytest.mark.django_db
BAKES, COOKS = "Requirements: sourdough, rye.", "Requirements: soup."
OWN = listed([("Gets up early", "knock_out"), ("Rye", "nice")])


@pytest.fixture
def job(world):
    return openings.create(owner=world.alice, title="Baker", description=BAKES)


@pytest.fixture
def own(world):
    """A job whose criteria somebody wrote."""
    return openings.create(owner=world.alice, title="Baker", description=BAKES, criteria=OWN)


@pytest.fixture
def form(world, signed_in):
    """`form(job)` is the form of a job, `form()` of a new one, as Alice's browser has it without scripts."""
    return lambda job=None: Form(signed_in(world.alice), job)


class Form:
    """What stands in a form; a button sends it, and the answer is what stands in it next."""

    def __init__(self, client, job):
        self.client = client
        self.address = reverse("job-edit", args=[job.pk]) if job else reverse("job-new")
        self.fields = {"title": "Baker", "description": BAKES}
        self.read(client.get(self.address))

    def read(self, answer):
        self.answer = answer
        text = answer.text
        self.rows = re.findall(r'name="criterion" value="([^"]*)"', text)
        self.weights = re.findall(r'<option value="(\w+)" selected', text)
        self.drawn = re.search(r'name="drawn" value="([^"]*)"', text)[1]
        self.seen = re.findall(r'name="seen" value="(\d+)"', text)

    def press(self, button):
        self.read(self.send(do=button))
        return self

    def save(self):
        return self.send()

    def send(self, **button):
        rows = {"criterion": self.rows, "weight": self.weights, "drawn": self.drawn, "seen": self.seen}
        return self.client.post(self.address, self.fields | rows | button)


def kept(job=None):
    """The criteria of the newest version of `job`, or of the newest job."""
    job = Job.objects.order_by("-pk")[0] if job is None else Job.objects.get(pk=job.pk)
    return [(criterion.text, criterion.weight.value) for criterion in job.current.wanted]


def test_a_new_job_that_says_nothing_of_them_gets_those_of_its_description(form):
    assert form().save().status_code == 302
    assert kept() == [("sourdough", "must"), ("rye", "must")]


def test_what_was_drawn_into_the_form_follows_the_description_until_it_is_touched(form):
    drawn = form().press("draw")
    drawn.fields["description"] = COOKS
    drawn.save()
    assert kept() == [("soup", "must")]


def test_who_draws_and_removes_all_of_them_gets_none(form):
    form().press("draw").press("remove-2").press("remove-1").save()
    assert kept() == []


def test_an_edited_one_is_kept_with_its_weight(form, job):
    edited = form(job)
    edited.rows[1], edited.weights[1] = "dark rye", "knock_out"
    edited.save()
    assert kept(job) == [("sourdough", "must"), ("dark rye", "knock_out")]
    assert job.versions.count() == 2


def test_untouched_ones_follow_the_description(form, job):
    edited = form(job)
    edited.fields["description"] = COOKS
    edited.save()
    assert kept(job) == [("soup", "must")]


def test_but_not_those_that_somebody_wrote(form, own):
    edited = form(own)
    edited.fields["description"] = COOKS
    edited.save()
    assert kept(own) == [("Gets up early", "knock_out"), ("Rye", "nice")]


def test_unless_they_are_drawn_again(form, own):
    form(own).press("draw").save()
    assert kept(own) == [("sourdough", "must"), ("rye", "must")]
    assert own.versions.all()[0].criteria_drawn


def test_nothing_changed_is_no_version(form, own):
    form(own).save()
    assert own.versions.count() == 1


def test_line_ends_of_a_browser_are_no_change(form, world):
    job = openings.create(owner=world.alice, title="Baker", description="Requirements:\nrye")
    edited = form(job)
    edited.fields["description"] = "Requirements:\r\nrye"
    edited.save()
    assert job.versions.count() == 1


@pytest.mark.parametrize(
    ("button", "rows", "focus"),
    [
        ("add", ["sourdough", "rye", "spelt", ""], "criterion-4"),
        ("remove-1", ["rye", "spelt"], "remove-1"),
        ("remove-3", ["sourdough", "rye"], "remove-2"),
        ("up-3", ["sourdough", "spelt", "rye"], "up-2"),
        ("up-2", ["rye", "sourdough", "spelt"], "down-1"),
        ("down-1", ["rye", "sourdough", "spelt"], "down-2"),
        ("down-2", ["sourdough", "spelt", "rye"], "up-3"),
        ("up-1", ["sourdough", "rye", "spelt"], "title"),
        ("down-3", ["sourdough", "rye", "spelt"], "title"),
        ("up-0", ["sourdough", "rye", "spelt"], "title"),
        ("up-٣", ["sourdough", "rye", "spelt"], "title"),
        ("burn-1", ["sourdough", "rye", "spelt"], "title"),
    ],
)
def test_a_button_changes_the_rows_and_says_where_the_next_key_goes(form, world, button, rows, focus):
    job = openings.create(
        owner=world.alice, title="Baker", description="Requirements: sourdough, rye, spelt."
    )
    pressed = form(job).press(button)
    assert pressed.rows == rows
    focused = re.findall(r"<(?:input|button)[^>]* autofocus[^>]*>", pressed.answer.text)
    assert [re.search(r'id="(?:id_)?([\w-]+)"', element)[1] for element in focused] == [focus]


def test_a_button_keeps_nothing_but_what_was_typed(form, job):
    edited = form(job)
    edited.fields |= {"title": "<Head> baker", "description": ""}
    edited.rows[0] = "  "
    edited.press("add")
    assert 'value="&lt;Head&gt; baker"' in edited.answer.text
    assert edited.rows == ["  ", "rye", ""]
    assert job.versions.count() == 1


def test_scripts_get_the_rows_alone(world, signed_in, job):
    answer = signed_in(world.alice, htmx=True).post(reverse("job-edit", args=[job.pk]), {"do": "add"})
    assert answer.text.lstrip().startswith('<fieldset class="draft')
    assert "<html" not in answer.text


def test_empty_rows_are_left_out(form, job):
    edited = form(job).press("add")
    edited.rows[0] = " "
    edited.save()
    assert kept(job) == [("rye", "must")]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("x" * 201, "The criterion has 201 characters; at most 200 are allowed."),
        ("Sourdough ", "This criterion is there twice."),
    ],
)
def test_what_cannot_be_kept_is_refused_beside_its_row_and_nothing_is_lost(form, job, row, sentence):
    edited = form(job)
    edited.rows[1] = row
    edited.read(edited.save())
    assert edited.answer.status_code == 400
    assert f'id="criterion-2-error">{sentence}</p>' in edited.answer.text
    assert edited.rows == ["sourdough", row]
    assert job.versions.count() == 1


def test_more_than_a_job_may_have_are_refused_with_their_number(form, job):
    edited = form(job)
    edited.rows, edited.weights = [f"Task {number}" for number in range(31)], ["must"] * 31
    assert "There are 31 criteria; a job has at most 30." in edited.save().text


def test_an_unknown_weight_is_refused(form, job):
    edited = form(job)
    edited.weights[0] = "heavy"
    assert "The weight must be one of: must, nice, knock_out." in edited.save().text


def test_the_job_s_page_shows_them_with_their_weights(world, signed_in, own):
    text = signed_in(world.alice).get(reverse("job-page", args=[own.pk])).text
    assert 'Gets up early <span class="tag">knock-out</span>' in text


def test_the_admin_shows_them_and_changes_none(admin_client, own):
    text = admin_client.get(reverse("admin:jobs_job_change", args=[own.pk])).text
    assert "Gets up early (knock-out), Rye (nice to have)" in text


def test_pressing_enter_saves(form, job):
    buttons = re.findall(r"<button[^>]*>", form(job).answer.text.split('class="card stack"')[1])
    assert "name=" not in buttons[0]


def test_what_somebody_else_saved_meanwhile_is_not_replaced_unseen(form, own, world):
    mine = form(own)
    openings.revise(own, title="Head baker", description=BAKES, criteria=OWN, by=world.bob)
    mine.fields["description"] = COOKS
    mine.press("add")  # what a button of the criteria shows was not seen either
    answer = mine.save()
    assert (answer.status_code, "version 2 now" in answer.text, COOKS in answer.text) == (409, True, True)
    assert Job.objects.get(pk=own.pk).current.title == "Head baker"
    mine.read(answer)
    assert mine.save().status_code == 302
    assert Job.objects.get(pk=own.pk).current.description == COOKS


def test_the_same_again_is_no_change_of_anything(form, own, world):
    mine = form(own)
    mine.fields["title"] = "Head baker"
    openings.revise(own, title="Head baker", description=BAKES, criteria=OWN, by=world.bob)
    assert mine.save().status_code == 302
