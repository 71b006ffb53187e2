"""/api/jobs: openings, their versions, and who may see them."""

import pytest

from candidates.models import Application, Resume
from jobs.models import Job, JobVersion

pytestmark = pytest.mark.django_db
TEXT = {"title": "Baker", "description": "Requirements: sourdough."}


def test_a_job_is_opened_with_201(alice):
    answer = alice.post("/api/jobs", TEXT, format="json")
    assert (answer.status_code, answer.json()["title"], answer.json()["version"]) == (201, "Baker", 1)


def test_the_list_holds_own_and_team_jobs_newest_first(alice, world):
    alice.post("/api/jobs", TEXT, format="json")
    assert [job["title"] for job in alice.get("/api/jobs").json()] == ["Baker", "Python developer"]


def test_others_see_none_of_them(charlie, world):
    assert charlie.get("/api/jobs").json() == []


@pytest.mark.parametrize("address", ["/api/jobs/{}", "/api/jobs?job_id={}", "/api/applications/{}"])
def test_anothers_job_does_not_exist(charlie, world, address):
    answer = charlie.get(address.format(world.job.pk))
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        f"There is no job {world.job.pk} that you may see.",
    )


def test_one_job_by_either_address(alice, world):
    by_path, by_query = alice.get(f"/api/jobs/{world.job.pk}"), alice.get(f"/api/jobs?job_id={world.job.pk}")
    assert by_path.json() == by_query.json()


def test_every_address_says_how_many_applied(alice, world):
    kept = Resume.objects.create(sha256="a" * 64, storage_key="a", media_type="application/pdf", size_bytes=1)
    Application.objects.create(job=world.job, resume=kept, file_name="a.pdf")
    address = f"/api/jobs/{world.job.pk}"
    said = [
        alice.get("/api/jobs").json()[0],
        alice.get(address).json(),
        alice.put(address, TEXT, format="json").json(),
    ]
    assert [job["application_count"] for job in said] == [1, 1, 1]


def test_a_change_is_a_new_version(alice, world):
    assert alice.put(f"/api/jobs/{world.job.pk}", TEXT, format="json").json()["version"] == 2
    assert JobVersion.objects.filter(job=world.job).count() == 2


def test_the_same_text_is_no_new_version(alice, world):
    alice.put(f"/api/jobs/{world.job.pk}", TEXT, format="json")
    assert alice.put(f"/api/jobs/{world.job.pk}", TEXT, format="json").json()["version"] == 2


def test_a_version_is_never_changed(world):
    version = world.job.current
    version.title = "Other"
    with pytest.raises(TypeError):
        version.save()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ({}, "title: This field is required. description: This field is required."),
        ({**TEXT, "title": ""}, "title: This field may not be blank."),
        ({**TEXT, "title": "x" * 201}, "title: Ensure this field has no more than 200 characters."),
        ({**TEXT, "title": "a\0b"}, "title: Null characters are not allowed."),
        ({**TEXT, "title": "a\ud800"}, "title: The text holds a broken character (a lone surrogate)."),
    ],
)
def test_bad_text_is_400_with_a_sentence(alice, text, words):
    import json

    answer = alice.post("/api/jobs", json.dumps(text), content_type="application/json")
    assert (answer.status_code, answer.json()["detail"]) == (400, words)


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff", b"null", b"[]", b"1", b'{"title": NaN}'])
def test_what_is_no_object_is_400_with_a_sentence(alice, body):
    answer = alice.post("/api/jobs", body, content_type="application/json")
    assert (answer.status_code, answer.json().keys()) == (400, {"detail"})


def test_a_number_that_is_none_is_400(alice):
    assert alice.get("/api/jobs?job_id=seven").status_code == 400


def test_creating_needs_the_right(olga):
    assert olga.post("/api/jobs", TEXT, format="json").status_code == 403
    assert Job.objects.count() == 1
