"""The demo accounts: passwords that stay, tokens of this start only, a sample job once."""

import json
import stat
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from candidates.models import ItemState, UploadItem
from jobs.models import Job
from wfc_site import roles
from wfc_site.launch import demo

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:8000"


@pytest.fixture
def path(tmp_path) -> Path:
    roles.establish_roles()
    return tmp_path / "demo.json"


def started(path: Path) -> demo.Passwords:
    """One start, as `manage.py up` makes it."""
    passwords = demo.prepare_demo(path)
    demo.publish_sign_in(path, URL, passwords)
    return passwords


def test_the_file_says_the_address_and_how_to_sign_in(path):
    started(path)
    written = json.loads(path.read_text())
    assert written["url"] == URL
    assert {name: set(person) for name, person in written["users"].items()} == {
        "recruiter": {"password", "token"},
        "operator": {"password", "token"},
    }


def test_the_passwords_in_it_are_the_accounts_own(path):
    passwords = started(path)
    assert all(User.objects.get(username=name).check_password(word) for name, word in passwords.items())


def test_nobody_else_can_read_it(path):
    started(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_start_keeps_the_passwords(path):
    assert started(path) == started(path)


def test_a_second_start_makes_new_tokens_and_ends_the_old_ones(path):
    started(path)
    old = set(AuthToken.objects.values_list("pk", flat=True))
    started(path)
    assert not old & set(AuthToken.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"users": {"recruiter": 1}}'])
def test_when_the_file_is_gone_or_damaged_new_passwords_are_set(path, damage):
    first = started(path)
    path.write_text(damage)
    assert started(path)["recruiter"] != first["recruiter"]


def test_what_the_file_says_signs_in_even_after_a_password_was_changed_elsewhere(path):
    started(path)
    recruiter = User.objects.get(username="recruiter")
    recruiter.set_password("another one, chosen in the admin")
    recruiter.save()
    passwords = started(path)
    assert User.objects.get(username="recruiter").check_password(passwords["recruiter"])


def test_the_operator_works_in_the_admin_and_the_recruiter_does_not(path):
    started(path)
    assert dict(User.objects.values_list("username", "is_staff")) == {"recruiter": False, "operator": True}


def test_the_sample_job_comes_with_every_sample_file_received(path):
    started(path)
    assert set(UploadItem.objects.values_list("state", flat=True)) == {ItemState.RECEIVED}
    assert UploadItem.objects.count() == len(list(demo.SAMPLES.glob("*.pdf")))


def test_who_deletes_the_sample_job_does_not_get_it_back(path):
    started(path)
    Job.objects.all().delete()
    started(path)
    assert not Job.objects.exists()
