"""Deciding on several candidates at once: the question that counts them, and a decision for each."""

import re

import pytest
from django.urls import reverse

from candidates.deciding import bulk, decisions
from candidates.models import Application, Decision
from models_admin.models import AuditEvent
from tests.api.conftest import api_of
from tests.candidates.table.rows import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(world, balanced):
    return fill(
        world.job,
        balanced,
        [{"name": f"P{n}", "outcome": ("Rejected", "Shortlisted")[n % 2]} for n in range(6)],
    )


@pytest.fixture
def send(world, signed_in):
    """Send the form of Alice's table."""
    alice = signed_in(world.alice)
    address = reverse("job-decide-many", args=[world.job.pk])
    return lambda **sent: alice.post(address, {"status": "Rejected", **sent})


def test_the_question_counts_what_is_ticked(people, send):
    text = send(application=[row.pk for row in people[:3]]).text
    assert "Reject 3 candidates?" in text
    assert not Decision.objects.exists()


def test_the_question_counts_all_that_match(people, send):
    assert "Reject 3 candidates?" in send(all="1", listing="outcome=Rejected").text


def test_a_question_about_pending_says_so_at_the_end(people, send, world):
    decisions.decide(people[1], status="Accepted", user=world.bob)
    assert "Set 1 candidate to Pending?" in send(application=[people[1].pk], status="Pending").text


def test_whoever_says_yes_decides_on_each(people, send, world):
    answer = send(application=[row.pk for row in people[:2]], count="2", note="Not now.", reason="others_fit")
    assert answer.status_code == 302
    said = Decision.objects.order_by("application_id")
    assert [(one.application_id, one.status, one.note, one.reason, one.decided_by) for one in said] == [
        (row.pk, "Rejected", "Not now.", "others_fit", world.alice) for row in people[:2]
    ]
    events = AuditEvent.objects.filter(action="application.decide").order_by("subject_id")
    assert [(event.subject_id, event.details) for event in events] == [
        (row.pk, {"status": "Rejected", "reason": "others_fit", "together": 2}) for row in people[:2]
    ]


def test_what_others_decide_after_the_question_is_noted_as_overtaken(people, send, world):
    decisions.decide(people[0], status="Accepted", user=world.bob)
    asked = send(application=[row.pk for row in people[:2]]).text
    seen = re.search(r'name="seen" value="(\d+)"', asked)[1]
    late = decisions.decide(people[1], status="Accepted", user=world.bob)
    send(application=[row.pk for row in people[:2]], count="2", seen=seen)
    said = Decision.objects.filter(decided_by=world.alice).order_by("application_id")
    assert [one.overtook for one in said] == [None, late]


def test_who_was_asked_about_another_number_is_asked_again(people, send):
    text = send(all="1", listing="outcome=Rejected", count="2").text
    assert "Reject 3 candidates?" in text
    assert "The selection has changed" in text
    assert not Decision.objects.exists()


def test_what_came_after_the_question_is_not_meant(people, send, world, balanced):
    upto = people[-1].pk
    fill(world.job, balanced, [{"name": "Late", "outcome": "Rejected"}])
    send(all="1", listing="outcome=Rejected", count="3", upto=upto)
    assert set(Decision.objects.values_list("application", flat=True)) == {row.pk for row in people[::2]}


def test_who_is_rejected_already_is_not_rejected_again(people, send, world):
    bulk.decide(Application.objects.filter(pk=people[0].pk), status="Rejected", user=world.bob)
    text = send(application=[row.pk for row in people[:2]]).text
    assert "Reject 1 candidate?" in text
    assert "1 more is already rejected." in text


def test_many_are_decided_chunk_by_chunk(people, world, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 4)
    assert bulk.decide(Application.objects.all(), status="Accepted", user=world.alice) == 6
    assert set(Application.objects.values_list("by_decision", flat=True)) == {2}
    assert bulk.decide(Application.objects.all(), status="Accepted", user=world.alice) == 0


def test_nobody_ticked_is_told_what_to_do(people, send):
    answer = send()
    assert answer.status_code == 302
    assert not Decision.objects.exists()


def test_a_reason_that_does_not_fit_is_refused(people, world, signed_in):
    address = reverse("job-decide-many", args=[world.job.pk])
    answer = signed_in(world.alice, htmx=True).post(
        address, {"status": "Rejected", "reason": "meets", "all": "1"}
    )
    assert answer.status_code == 400


def test_another_jobs_candidates_are_not_touched(people, world, signed_in):
    address = reverse("job-decide-many", args=[world.job.pk])
    assert signed_in(world.charlie).post(address, {"status": "Rejected", "all": "1"}).status_code == 404


def test_deciding_needs_the_right(people, world, signed_in):
    world.team.members.add(world.olga)
    address = reverse("job-decide-many", args=[world.job.pk])
    assert signed_in(world.olga).post(address, {"status": "Rejected", "all": "1"}).status_code == 403


def test_a_program_decides_on_many_by_their_ids(people, world):
    address = f"/api/jobs/{world.job.pk}/decisions"
    sent = {"ids": [row.pk for row in people[:3]], "final_status": "Accepted"}
    answer = api_of(world.alice).post(address, sent, format="json")
    assert (answer.status_code, answer.json()) == (200, {"decided": 3, "unchanged": 0})
    assert api_of(world.alice).post(address, sent, format="json").json() == {"decided": 0, "unchanged": 3}
    assert api_of(world.charlie).post(address, sent, format="json").status_code == 404
    wrong = api_of(world.alice).post(address, {**sent, "reason": "experience"}, format="json")
    assert wrong.status_code == 400
