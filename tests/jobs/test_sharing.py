"""A job is shared with a team: everybody in it sees the job, and nobody else."""

import pytest
from django.urls import reverse

from jobs.models import Job, Team
from models_admin.models import AuditEvent

pytestmark = pytest.mark.django_db

TEXT = {"title": "Baker", "description": "Requirements: bread."}


@pytest.fixture
def alice(world, signed_in):
    return signed_in(world.alice)


@pytest.fixture
def edit(world, alice):
    """`edit(team=…)`: Alice saves her job's form."""
    now = world.job.current
    address = reverse("job-edit", args=[world.job.pk])
    return lambda **more: alice.post(address, {"title": now.title, "description": now.description, **more})


def test_a_new_job_is_shared_with_the_team_that_was_chosen(world, alice):
    alice.post(reverse("job-new"), {**TEXT, "team": world.team.pk})
    assert Job.objects.visible_to(world.bob).filter(versions__title="Baker").exists()


def test_a_job_that_is_shared_no_more_is_gone_for_the_team(world, edit):
    edit(team="")
    assert not Job.objects.visible_to(world.bob).exists()


def test_who_takes_a_job_from_the_own_team_is_told_so_in_the_list_of_jobs(world, signed_in):
    form = {"title": "Go developer", "description": world.job.current.description, "team": ""}
    page = signed_in(world.bob).post(reverse("job-edit", args=[world.job.pk]), form, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert "“Go developer” is no longer shared with you." in page.text


def test_a_form_that_does_not_speak_of_teams_changes_none(world, edit):
    edit()
    assert Job.objects.get().team == world.team


def test_a_team_that_one_is_not_in_cannot_be_chosen(world, edit):
    other = Team.objects.create(name="Others")
    assert edit(team=other.pk).status_code == 400
    assert Job.objects.get().team == world.team


def test_sharing_stands_in_the_audit_trail(world, edit):
    edit(team="")
    event = AuditEvent.objects.get(action="job.share")
    assert (event.actor, event.subject_id, event.details) == (world.alice, world.job.pk, {"team_id": None})


def test_whoever_is_in_no_team_is_not_asked(world, signed_in):
    assert "Shared with" not in signed_in(world.charlie).get(reverse("job-new")).text


def test_pressing_a_button_of_the_criteria_keeps_the_choice(world, alice):
    pressed = {**TEXT, "team": world.team.pk, "do": "draw"}
    page = alice.post(reverse("job-new"), pressed).text
    assert f'<option value="{world.team.pk}" selected>' in page
