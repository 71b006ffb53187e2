"""/api/applications: the list for a job, and the decision on one."""

import pytest

from candidates.models import Application, Decision, Evaluation, Resume, changes
from jobs import openings
from models_admin.models import AuditEvent, ModelConfig

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(world, registry):
    """Make an application with a verdict."""

    def make(letter="a", outcome="Shortlisted"):
        resume = Resume.objects.create(
            sha256=letter * 64, storage_key=letter, media_type="application/pdf", size_bytes=1
        )
        made = Application.objects.create(job=world.job, resume=resume, file_name=f"{letter}.pdf")
        made.current_evaluation = Evaluation.objects.create(
            application=made,
            job_version=world.job.current,
            mode="one_shot",
            model_config=ModelConfig.objects.get(name="rules/balanced"),
            status="succeeded",
            outcome=outcome,
            reason="Because.",
        )
        made.save()
        changes.applications_changed({made.pk: made.job_id})
        return made

    return make


def listed(client, world, query=""):
    return client.get(f"/api/applications/{world.job.pk}{query}")


def test_a_row_holds_verdict_decision_and_where_the_document_is(alice, world, application):
    made = application()
    [row] = listed(alice, world).json()["applications"]
    assert (
        row["outcome"],
        row["status"],
        row["reason"],
        row["final_status"],
        row["model"],
        row["file_url"],
    ) == (
        "Shortlisted",
        "Shortlisted",
        "Because.",
        "Pending",
        "rules/balanced",
        f"/api/applications/{made.pk}/file",
    )


def test_criteria_are_told_in_the_words_of_the_version_that_was_read_for(alice, world, application):
    made = application()
    found = [
        {"key": key, "verdict": "met", "quote": "Django", "page": 1}
        for key in ("c2", "of an earlier release")
    ]
    Evaluation.objects.filter(application=made).update(criteria=found)
    openings.revise(world.job, by=world.alice, title="Baker", description="Requirements: rye, wheat.")
    [row] = listed(alice, world).json()["applications"]
    assert [(said["key"], said["text"], said["weight"]) for said in row["criteria"]] == [
        ("c2", "Django", "must"),
        ("of an earlier release", "of an earlier release", None),
    ]
    assert [said.items() >= kept.items() for said, kept in zip(row["criteria"], found, strict=True)] == [
        True
    ] * 2


def test_a_long_list_needs_as_few_queries_as_a_short_one(
    alice, world, application, django_assert_max_num_queries
):
    for letter in "abcdef":
        application(letter)
    with django_assert_max_num_queries(10):
        listed(alice, world)


def test_invalid_ones_are_left_out_unless_asked_for(alice, world, application):
    application("a"), application("b", "Invalid")
    assert listed(alice, world).json()["total"] == 1
    assert listed(alice, world, "?include_invalid=true").json()["total"] == 2


def test_skip_and_limit_cut_the_list_and_total_does_not_mind(alice, world, application):
    made = [application(letter).pk for letter in "abc"]
    said = listed(alice, world, "?skip=1&limit=1").json()
    assert ([row["id"] for row in said["applications"]], said["total"]) == ([made[1]], 3)


@pytest.mark.parametrize(
    "query", ["?skip=-1", "?limit=0", "?limit=501", "?limit=x", "?include_invalid=perhaps"]
)
def test_wrong_values_are_400(alice, world, query):
    assert listed(alice, world, query).status_code == 400


@pytest.mark.parametrize("verdict", ["Accepted", "Rejected", "Pending"])
def test_a_decision_is_taken_and_shown(alice, application, verdict):
    made = application()
    answer = alice.patch(f"/api/applications/{made.pk}", {"final_status": verdict}, format="json")
    assert (answer.status_code, answer.json()["final_status"]) == (200, verdict)


def test_earlier_decisions_stay(alice, application):
    made = application()
    for verdict in ("Accepted", "Pending"):
        alice.patch(f"/api/applications/{made.pk}", {"final_status": verdict}, format="json")
    assert [decision.status for decision in made.decisions.all()] == ["Pending", "Accepted"]


@pytest.mark.parametrize(
    "body",
    [
        {"final_status": "Hired"},
        {"final_status": None},
        {"final_status": ["Accepted"]},
        {"final_status": "Accepted", "note": "a\0"},
        {"final_status": "Accepted", "note": "x" * 2001},
        {},
    ],
)
def test_nothing_else_is_taken(alice, application, body):
    made = application()
    assert alice.patch(f"/api/applications/{made.pk}", body, format="json").status_code == 400
    assert not Decision.objects.exists()


def test_a_decision_stands_in_the_audit_trail_without_personal_data(alice, world, application):
    made = application()
    alice.patch(f"/api/applications/{made.pk}", {"final_status": "Accepted", "note": "Ana!"}, format="json")
    event = AuditEvent.objects.get(action="application.decide")
    assert (event.actor, event.subject_id, event.details) == (world.alice, made.pk, {"status": "Accepted"})


def test_anothers_application_does_not_exist(charlie, application):
    made = application()
    answer = charlie.patch(f"/api/applications/{made.pk}", {"final_status": "Accepted"}, format="json")
    assert answer.status_code == 404


def test_deciding_needs_the_right(olga, world, application):
    world.team.members.add(world.olga)
    made = application()
    answer = olga.patch(f"/api/applications/{made.pk}", {"final_status": "Accepted"}, format="json")
    assert answer.status_code == 403


def test_a_reason_and_a_note_are_kept_with_the_decision(alice, application):
    made = application()
    said = {"final_status": "Rejected", "reason": "experience", "note": "Two years."}
    alice.patch(f"/api/applications/{made.pk}", said, format="json")
    [decision] = alice.get(f"/api/applications/{made.pk}/decisions").json()
    shown = {
        name: decision[name] for name in ("final_status", "reason", "reason_words", "note", "decided_by")
    }
    assert shown == {
        "final_status": "Rejected",
        "reason": "experience",
        "reason_words": "Too little experience",
        "note": "Two years.",
        "decided_by": "alice",
    }


@pytest.mark.parametrize("reason", ["hair", "meets", "other"])
def test_a_reason_that_does_not_fit_is_400(alice, application, reason):
    made = application()
    body = {"final_status": "Rejected", "reason": reason}
    assert alice.patch(f"/api/applications/{made.pk}", body, format="json").status_code == 400
    assert not Decision.objects.exists()


def test_a_decision_of_somebody_else_that_was_not_seen_is_named(alice, bob, application):
    made = application()
    bob.patch(f"/api/applications/{made.pk}", {"final_status": "Rejected"}, format="json")
    alice.patch(f"/api/applications/{made.pk}", {"final_status": "Accepted", "seen": 0}, format="json")
    newest, earlier = alice.get(f"/api/applications/{made.pk}/decisions").json()
    assert (newest["final_status"], newest["overtook_id"]) == ("Accepted", earlier["id"])


def test_anothers_decisions_do_not_exist(charlie, application):
    assert charlie.get(f"/api/applications/{application().pk}/decisions").status_code == 404
