"""Signing in and out, and what a browser may do with our pages."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client: Client, password: str, path: str = "/sign-in"):
    return client.post(path, {"username": "alice", "password": password, "next": ""})


def test_the_right_password_opens_the_jobs(world):
    assert sign_in(Client(), PASSWORD)["Location"] == "/"


def test_a_wrong_password_is_answered_by_a_sentence(world):
    assert "Please enter a correct username and password." in sign_in(Client(), "wrong").text


def test_the_tenth_wrong_password_locks_for_a_while(world):
    for _ in range(9):
        sign_in(Client(), "wrong")
    answer = sign_in(Client(), "wrong")
    assert (answer.status_code, "There were too many attempts" in answer.text) == (429, True)


def test_signing_out_ends_the_session(world, signed_in):
    client = signed_in(world.alice)
    client.post(reverse("sign-out"))
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("path", ["/sign-in", "/", "/nowhere", "/api/health"])
def test_every_answer_forbids_foreign_and_inline_scripts(client, path):
    policy = client.get(path)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_only_the_api_s_documentation_may_have_inline_styles(client):
    policy = client.get(reverse("api-docs"))["Content-Security-Policy"]
    assert ("style-src 'self' 'unsafe-inline'" in policy, "script-src" in policy) == (True, False)


def test_the_socket_s_origin_is_named(client):
    assert "connect-src 'self' ws://testserver;" in client.get("/sign-in")["Content-Security-Policy"] + ";"


def test_the_admin_works_under_the_policy_without_reading_the_models(
    admin_client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        assert admin_client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "name", ["application", "evaluation", "decision", "uploaditem", "uploadbatch", "candidate"]
)
def test_candidates_are_only_read_in_the_admin(admin_client, ann, name):
    there = f"/admin/candidates/{name}/"
    assert (admin_client.get(there).status_code, admin_client.get(f"{there}add/").status_code) == (200, 403)


def test_a_job_s_owner_can_be_changed_in_the_admin(admin_client, world):
    assert admin_client.get(f"/admin/jobs/job/{world.job.pk}/change/").status_code == 200
