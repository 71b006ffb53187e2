"""/api/jobs: openings, their versions, and who may see them."""

import pytest

from candidates.models import Application, Resume
from jobs import openings
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
        f"There is no job {world.job.pk}, or it is not shared with you.",
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


def test_a_new_job_says_what_was_drawn_from_its_description(alice):
    said = alice.post("/api/jobs", TEXT, format="json").json()
    assert said["criteria"] == [{"key": "c1", "text": "sourdough", "weight": "must"}]
    assert said["criteria_drawn"] is True


CRITERIA = [{"text": "Rye", "weight": "knock_out"}, {"text": " Gets up\nearly "}]
KEPT = [
    {"key": "c1", "text": "Rye", "weight": "knock_out"},
    {"key": "c2", "text": "Gets up early", "weight": "must"},
]


def test_or_what_was_sent(alice):
    said = alice.post("/api/jobs", {**TEXT, "criteria": CRITERIA}, format="json").json()
    assert (said["criteria"], said["criteria_drawn"]) == (KEPT, False)


def test_what_a_change_says_nothing_of_stays(alice, world):
    address = f"/api/jobs/{world.job.pk}"
    alice.put(address, {**TEXT, "criteria": CRITERIA}, format="json")
    said = alice.put(address, {"title": "Cook", "description": "Requirements: soup."}, format="json").json()
    assert (said["criteria"], said["version"]) == (KEPT, 3)


def test_what_was_read_can_be_sent_back(alice, world):
    address = f"/api/jobs/{world.job.pk}"
    said = alice.put(address, alice.get(address).json(), format="json")
    assert (said.status_code, said.json()["version"]) == (200, 1)


def test_a_change_to_a_version_that_is_no_longer_the_newest_is_refused_and_not_saved(alice, world):
    address = f"/api/jobs/{world.job.pk}"
    read = alice.get(address).json()
    alice.put(address, TEXT, format="json")
    late = alice.put(address, {**read, "title": "Late"}, format="json")
    assert (late.status_code, "it has version 2 now" in late.json()["detail"]) == (409, True)
    assert alice.get(address).json()["title"] == TEXT["title"]


def test_an_empty_list_means_none(alice, world):
    said = alice.put(f"/api/jobs/{world.job.pk}", {**TEXT, "criteria": []}, format="json").json()
    assert (said["criteria"], said["criteria_drawn"]) == ([], False)


def test_a_list_of_jobs_needs_as_few_queries_as_one(alice, world, django_assert_max_num_queries):
    for number in range(10):
        openings.create(owner=world.alice, title=f"Baker {number}", description="Requirements: rye.")
    with django_assert_max_num_queries(6):
        alice.get("/api/jobs")


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
        ({**TEXT, "title": "a\ud800"}, "title: The text contains a broken character (a lone surrogate)."),
        ({**TEXT, "criteria": None}, "criteria: This field may not be null."),
        ({**TEXT, "criteria": "rye"}, 'criteria: Expected a list of items but got type "str".'),
        ({**TEXT, "criteria": [{"text": ""}]}, "text: This field may not be blank."),
        ({**TEXT, "criteria": [{"text": "a\0"}]}, "text: Null characters are not allowed."),
        ({**TEXT, "criteria": [{"text": "a", "weight": "x"}]}, 'weight: "x" is not a valid choice.'),
        (
            {**TEXT, "criteria": [{"text": "a"}, {"text": "A"}]},
            "criteria: number 2: This criterion is there twice.",
        ),
        (
            {**TEXT, "criteria": [{"text": str(number)} for number in range(31)]},
            "criteria: There are 31 criteria; a job has at most 30.",
        ),
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
