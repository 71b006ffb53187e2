"""/api/status, /api/health, /api/user, the schema, and how the API words what it does not know."""

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from wfc_site import api

pytestmark = pytest.mark.django_db


@pytest.fixture
def database_gone(world, monkeypatch) -> None:
    """Every question to the database fails."""

    def fail(*args):
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(CursorWrapper, "execute", fail)


def test_status_tells_of_redis_workers_and_queue(alice, redis):
    said = alice.get("/api/status").json()
    assert (said["status"], said["redis"], said["models"]["status"], said["models"]["queue"]) == (
        "running",
        True,
        "offline",
        {"to_prepare": 0, "queued": 0, "running": 0},
    )


def test_status_answers_without_redis(alice, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path}/nothing.sock"
    assert alice.get("/api/status").json()["redis"] is False


def test_status_is_for_people_who_signed_in(client):
    assert client.get("/api/status").status_code == 401


def test_health_is_open_to_probes(client):
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})


def test_health_does_not_look_at_who_asks(client):
    assert client.get("/api/health", headers={"Authorization": "Token none"}).status_code == 200


@pytest.mark.usefixtures("database_gone")
def test_health_is_503_without_the_database(client):
    answer = client.get("/api/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "unhealthy"})


def test_user_says_what_you_may_do(alice):
    said = alice.get("/api/user").json()
    assert (said["username"], said["groups"]) == ("alice", ["Recruiter"])
    assert said["permissions"] == [right for right in api.RIGHTS if right != "models_admin.swap_model"]


@pytest.mark.parametrize("path", ["", "nothing", "jobs/", "jobs/x", "batches/x", "models/x"])
def test_an_unknown_address_is_404_in_the_apis_own_words(client, path):
    answer = client.post(f"/api/{path}")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        f"There is nothing at /api/{path}: see /api/docs.",
    )


def test_a_wrong_method_is_405_with_a_sentence(alice):
    assert alice.delete("/api/jobs").json() == {"detail": 'Method "DELETE" not allowed.'}


@pytest.mark.parametrize("digits", [18, 19, 25])
@pytest.mark.parametrize("path", ["jobs/{}", "applications/{}", "applications/{}/file"])
def test_no_number_is_too_long(alice, path, digits):
    assert alice.get("/api/" + path.format("9" * digits)).status_code in (400, 404)


def test_the_schema_is_for_whoever_is_signed_in(client):
    assert client.get("/api/schema").status_code == 401


def test_a_token_that_is_no_text_is_a_wrong_token(client):
    assert client.get("/api/user", headers={"Authorization": "Token \xe9"}).status_code == 401


def test_the_schema_describes_the_upload(alice):
    schema = alice.get("/api/schema?format=json").json()
    upload = schema["paths"]["/api/upload"]["post"]
    assert upload["requestBody"]["content"].keys() == {"multipart/form-data"}
    assert {"200", "202"} < upload["responses"].keys()
