"""Blind jobs: who somebody is, is hidden everywhere until a person has decided."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from candidates.blind import fairness
from candidates.deciding import decisions
from candidates.models import Application, Candidate, Resume, UploadBatch, UploadItem
from models_admin.models import AuditEvent

pytestmark = pytest.mark.django_db

PAGE = {
    "width_pt": 595,
    "height_pt": 842,
    "text": "Ann",
    "image": {"key": "a", "width_px": 1, "height_px": 1, "sha256": "0"},
}
SECRETS = ("Ann", "ann@example.com", ".pdf")


@pytest.fixture
def blind(world, ann):
    """Ann's application, in a job that is blind."""
    fairness.arrange(world.job, blind=True, sample_percent=0, by=world.alice)
    return ann


@pytest.fixture
def seen(world, signed_in):
    """`seen("application-page", ann)`: the page as Alice reads it, without what every page has."""

    def seen(name, *args):
        text = signed_in(world.alice).get(reverse(name, args=args)).text
        return text[text.index("<main") : text.index("</main>")]

    return seen


@pytest.fixture
def api(world):
    client = APIClient()
    client.force_authenticate(world.alice)
    return client


def test_the_row_says_neither_name_nor_address_nor_file(blind, world, seen):
    text = seen("job-page", world.job.pk)
    assert f"Candidate {blind.pk}" in text
    assert [secret for secret in SECRETS if secret in text.replace('accept=".pdf', "")] == []
    assert "[name] names Python." in text


def test_the_page_of_the_application_says_them_neither(blind, seen):
    blind.evaluations.update(
        raw='{"name": "Ann"}', thinking="Ann is", name="Ann", error="", email="ann@example.com"
    )
    text = seen("application-page", blind.pk)
    assert [secret for secret in SECRETS if secret in text] == []
    assert "Hidden until somebody has decided: it may name the person." in text


def test_nor_does_rest(blind, world, api):
    [row] = api.get(f"/api/applications/{world.job.pk}").json()["applications"]
    assert (row["blind"], row["name"], row["email"], row["phone"], row["file_name"], row["reason"]) == (
        True,
        f"Candidate {blind.pk}",
        "",
        "",
        f"Candidate {blind.pk}",
        "[name] names Python.",
    )


@pytest.mark.parametrize("address", ["/resumes/{}/file", "/api/applications/{}/file"])
def test_the_document_cannot_be_downloaded(blind, world, signed_in, address):
    answer = signed_in(world.alice).get(address.format(blind.pk))
    assert answer.status_code == 403
    assert "This job is blind. Decide first" in answer.content.decode()


def test_an_image_that_cannot_be_painted_over_is_withheld_with_a_sentence(blind, seen, world, signed_in):
    Resume.objects.filter(pk=blind.resume_id).update(pages=[PAGE])
    text = seen("application-page", blind.pk)
    assert "The positions of words on this page are not known, so nothing can be painted over." in text
    assert "<img" not in text
    assert signed_in(world.alice).get(reverse("page-image", args=[blind.pk, 1])).status_code == 403


@pytest.mark.parametrize("verdict", ["Accepted", "Rejected"])
def test_a_decision_shows_who_it_is(blind, world, seen, verdict):
    decisions.decide(blind, status=verdict, user=world.bob)
    assert ("Ann" in seen("application-page", blind.pk), "Ann" in seen("job-page", world.job.pk)) == (
        True,
        True,
    )


def test_pending_is_no_decision(blind, world, seen):
    decisions.decide(blind, status="Pending", user=world.bob)
    assert "ann@example.com" not in seen("application-page", blind.pk)


def test_what_was_seen_once_is_not_hidden_again(blind, world, seen):
    for verdict in ("Accepted", "Pending"):
        decisions.decide(blind, status=verdict, user=world.bob)
    assert "ann@example.com" in seen("application-page", blind.pk)


def test_nothing_of_it_is_written_down(blind, world, seen):
    seen("application-page", blind.pk)
    blind.refresh_from_db()
    assert (Candidate.objects.get().name, blind.file_name[-4:]) == ("Ann", ".pdf")


def test_another_version_of_the_same_person_is_not_told_by_its_file(blind, make_application, seen):
    newer = make_application("Ann")
    text = seen("application-page", newer.pk)
    assert (f"Candidate {blind.pk}" in text, ".pdf" in text) == (True, False)


def test_a_version_that_was_decided_on_leads_to_no_hidden_one_and_back(blind, make_application, world, seen):
    hidden = make_application("Ann")
    decisions.decide(blind, status="Accepted", user=world.bob)
    for row in (blind, hidden):
        text = seen("application-page", row.pk)
        assert ("Other versions" in text, "Open the newest" in text) == (False, False)


def test_versions_find_each_other_again_when_both_are_decided_on(blind, make_application, world, seen):
    newer = make_application("Ann")
    for row in (blind, newer):
        decisions.decide(row, status="Accepted", user=world.bob)
        seen("application-page", blind.pk)
    text = seen("application-page", blind.pk)
    assert ("Other versions" in text, "Open the newest" in text, newer.file_name in text) == (
        True,
        True,
        True,
    )


def test_rest_gives_no_id_by_which_the_person_is_found_elsewhere(blind, world, api):
    [row] = api.get(f"/api/applications/{world.job.pk}").json()["applications"]
    assert row["candidate_id"] is None
    decisions.decide(blind, status="Accepted", user=world.bob)
    [row] = api.get(f"/api/applications/{world.job.pk}").json()["applications"]
    assert row["candidate_id"] == blind.candidate_id


def test_the_size_that_a_file_has_is_not_told(blind, world, seen):
    assert "<dt>Size</dt>" not in seen("application-page", blind.pk)
    decisions.decide(blind, status="Accepted", user=world.bob)
    assert "<dt>Size</dt>" in seen("application-page", blind.pk)


def test_where_no_name_is_known_no_sentence_of_the_model_or_the_document_is_shown(blind, world, seen):
    Application.objects.update(candidate=None)
    assert "Ann" not in seen("job-page", world.job.pk)
    text = seen("application-page", blind.pk)
    assert ("Ann" in text, "Python since 2015" in text) == (False, False)
    assert "it may name the person" in text


def test_it_is_set_on_the_form_of_the_job_and_told_to_the_trail(world, signed_in):
    address = reverse("job-fairness", args=[world.job.pk])
    signed_in(world.alice).post(address, {"blind": "on", "sample_percent": "20"})
    world.job.refresh_from_db()
    assert (world.job.blind, world.job.sample_percent) == (True, 20)
    event = AuditEvent.objects.get(action="job.arrange")
    assert (event.actor, event.details) == (world.alice, {"blind": True, "sample_percent": 20})
    assert 'name="blind"' in signed_in(world.alice).get(reverse("job-edit", args=[world.job.pk])).text


@pytest.mark.parametrize("percent", ["", "-1", "101", "1.5", "all"])
def test_a_share_that_is_none_is_refused(world, signed_in, percent):
    address = reverse("job-fairness", args=[world.job.pk])
    answer = signed_in(world.alice, htmx=True).post(address, {"sample_percent": percent})
    assert (answer.status_code, "from 0 (nobody) to 100" in answer.text) == (400, True)


def test_who_may_not_change_jobs_cannot_set_it(world, signed_in):
    world.team.members.add(world.olga)
    address = reverse("job-fairness", args=[world.job.pk])
    assert signed_in(world.olga).post(address, {"sample_percent": "0"}).status_code == 403
    assert signed_in(world.charlie).post(address, {"sample_percent": "0"}).status_code == 404


def test_it_is_set_by_rest_as_well(world, api):
    body = {"blind": True, "sample_percent": 30}
    answer = api.put(f"/api/jobs/{world.job.pk}/fairness", body, format="json")
    assert (answer.status_code, answer.json()["blind"], answer.json()["sample_percent"]) == (200, True, 30)


def test_readings_over_rest_do_not_name_anybody(blind, api):
    blind.evaluations.update(raw="Ann!", thinking="I like Ann.", email="ann@example.com")
    for address in (
        f"/api/applications/{blind.pk}/evaluations",
        f"/api/evaluations/{blind.current_evaluation_id}",
    ):
        text = api.get(address).content.decode()
        assert [secret for secret in SECRETS if secret in text] == []


def test_a_file_in_the_ledger_does_not_lead_to_its_application(blind, world, api):
    batch = UploadBatch.objects.create(job=world.job, announced_count=1, source="api")
    UploadItem.objects.create(
        batch=batch, job=world.job, name="Ann.pdf", size_bytes=1, application=blind, state="evaluating"
    )
    [item] = api.get(f"/api/batches/{batch.pk}").json()["items"]
    assert (item["name"], item["application_id"]) == ("Ann.pdf", None)
    decisions.decide(blind, status="Accepted", user=world.bob)
    [item] = api.get(f"/api/batches/{batch.pk}").json()["items"]
    assert item["application_id"] == blind.pk
