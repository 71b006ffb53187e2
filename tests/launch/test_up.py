"""`make run` brings all up on an empty data folder, keeps what it finds, and leaves nothing running."""

import signal
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.launch.stack_process import demo, free_port, get, refuses, running, start, until_ready
from tests.seen import eventually, has_ended

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def stack(folder, port) -> Iterator[None]:
    """The whole stack, up for all tests of this file that only look at it."""
    with running(folder, port):
        yield


MADE_ONCE = [
    "select app, name, applied from django_migrations",
    "select id, username, password from auth_user",
    "select id, created_at from jobs_job",
    "select id, created_at from candidates_uploaditem",
]


def rows(folder: Path, query: str) -> list[tuple]:
    with sqlite3.connect(folder / "wfc.sqlite3") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_demo_json_is_readable_by_its_owner_alone(stack, folder):
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("person", ["recruiter", "operator"])
def test_the_tokens_in_demo_json_sign_in(stack, folder, person):
    assert get(demo(folder), person, "/api/user").status_code == 200


def test_the_sample_resumes_all_come_to_an_end(stack, folder):
    files = rows(folder, "select count(*) from candidates_uploaditem")
    ended = "select count(*) from candidates_uploaditem where state in ('evaluated', 'invalid')"
    assert files > [(0,)]
    eventually(lambda: rows(folder, ended) == files, limit_s=60)


def test_the_registry_is_read(stack, folder):
    assert rows(folder, "select count(*) from models_admin_modelconfig where type = 'rules'") == [(2,)]


def test_a_second_one_on_the_same_folder_is_refused_with_a_sentence(stack, folder):
    second = start(folder, free_port())
    said, _ = second.communicate(timeout=60)
    assert (second.returncode, "wfc is already running on" in said) == (1, True)


def test_a_port_that_is_taken_is_named(stack, port, tmp_path):
    second = start(tmp_path, port)
    said, _ = second.communicate(timeout=60)
    assert (second.returncode, f"Port {port} on 127.0.0.1 cannot be used" in said) == (1, True)


def test_in_production_it_makes_no_demo_accounts(tmp_path):
    given = {
        "WFC_SECRET_KEY": "k" * 50,
        "WFC_DATABASE_URL": f"sqlite:///{tmp_path}/x",
        "REDIS_URL": "redis://r",
    }
    process = start(tmp_path, free_port(), WFC_PRODUCTION="1", **given)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, "start wfc-serve and wfc-model-serve instead" in said) == (1, True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_without_killing_the_site_or_the_worker_and_leaves_nothing(tmp_path, how):
    port = free_port()
    with running(tmp_path, port) as process:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(how)
        said, _ = process.communicate(timeout=60)
    killed = [line for line in said.splitlines() if "did not stop" in line and not line.startswith("redis")]
    assert (process.returncode, killed, refuses(port)) == (0, [], True)
    assert all(has_ended(child) for child in children)


def test_addresses_are_not_logged_for_they_hold_what_people_search_for(tmp_path):
    with start(tmp_path, free_port()) as process:
        until_ready(process)
        get(demo(tmp_path), "recruiter", "/healthz?q=Ana")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert "Ana" not in said


def test_nothing_survives_when_it_is_killed_and_the_next_start_heals(tmp_path):
    port = free_port()
    with start(tmp_path, port) as process:
        until_ready(process)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate(timeout=60)
    eventually(lambda: all(has_ended(child) for child in children))
    with running(tmp_path, port):
        assert get(demo(tmp_path), "recruiter", "/healthz").status_code == 200


def test_a_second_start_makes_nothing_anew_and_keeps_the_data(tmp_path):
    with running(tmp_path, free_port()):
        first = demo(tmp_path)
    kept = [rows(tmp_path, query) for query in MADE_ONCE]
    with start(tmp_path, free_port()) as process:
        said = until_ready(process)
        second = demo(tmp_path)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert "Registry: 0 models new" in said
    assert [rows(tmp_path, query) for query in MADE_ONCE] == kept
    assert second["users"]["recruiter"]["password"] == first["users"]["recruiter"]["password"]
    assert second["users"]["recruiter"]["token"] != first["users"]["recruiter"]["token"]
