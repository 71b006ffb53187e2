"""The wheel, installed outside the checkout, is a whole wfc, and takes nothing from the checkout."""

import json
import re
import signal
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from gpu_worker.engines.rules import RulesEngine
from tests.launch import installed
from tests.launch.stack_process import free_port, launch, ready
from tests.seen import eventually

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

APPS = {"candidates", "gpu_worker", "jobs", "models_admin", "wfc_site"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    return installed.copied_sources(tmp_path_factory.mktemp("sources") / "wfc")


@pytest.fixture(scope="module")
def shipped(sources) -> set[str]:
    """What an installed wfc needs of the sources, by its path in the wheel."""
    paths = [path.relative_to(sources) for path in sources.rglob("*") if path.is_file()]
    inside = {str(path) for path in paths if path.parts[0] in APPS}
    templates = {f"wfc_site/{path}" for path in paths if path.parts[0] == "templates"}
    config = {f"wfc_site/{path}" for path in paths if path.match("config/*.yaml") or path.match("demo/*.pdf")}
    return inside | templates | config | {"wfc_site/config/demo/job.txt"}


@pytest.fixture(scope="module")
def wheel(sources, shipped, tmp_path_factory) -> Path:
    return installed.built(sources, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def held(wheel) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def commands(wheel, tmp_path_factory) -> Path:
    """The folder of the installed commands."""
    return installed.environment(wheel, tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where somebody runs wfc: modules of these names lie about, and none of them is meant."""
    folder = tmp_path_factory.mktemp("somewhere")
    for name in ("redis", "uvicorn", "wfc_site"):
        (folder / f"{name}.py").write_text("raise SystemExit('A module of the current folder was imported.')")
    return folder


@pytest.fixture(scope="module")
def process(commands, folder) -> Iterator["subprocess.Popen[str]"]:
    """`wfc up`, ready."""
    up = launch([str(commands / "wfc"), "up", f"--port={free_port()}"], folder, WFC_WORKER_PORT="0")
    with ready(up) as process:
        yield process


@pytest.fixture(scope="module")
def visitor(process, folder) -> Iterator[httpx.Client]:
    """A browser at the site's address."""
    url = json.loads((folder / ".wfc" / "demo.json").read_text())["url"]
    with httpx.Client(base_url=url, headers={"Referer": url}, follow_redirects=True, timeout=60) as client:
        yield client


def sign_in(visitor: httpx.Client, folder: Path) -> httpx.Response:
    users = json.loads((folder / ".wfc" / "demo.json").read_text())["users"]
    form = visitor.get("/sign-in").text
    given = {
        "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1],
        "username": "recruiter",
        "password": users["recruiter"]["password"],
    }
    return visitor.post("/sign-in", data=given)


def test_the_wheel_holds_all_that_the_apps_read(held, shipped):
    assert shipped - held == set()


def test_the_wheel_brings_no_module_but_the_apps(held):
    assert {name.split("/")[0] for name in held if ".dist-info/" not in name} == APPS


def test_modules_templates_and_registry_are_the_installed_ones(commands, tmp_path):
    code = (
        f"import {', '.join(sorted(APPS))}\n"
        "from wfc_site import settings\n"
        f"print(*(app.__file__ for app in ({', '.join(sorted(APPS))})))\n"
        "print(settings.TEMPLATES_DIR, settings.MODELS_FILE)"
    )
    with launch([str(commands / "python"), "-I", "-c", code], tmp_path) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert [path for path in said.split() if not Path(path).is_relative_to(commands.parent)] == []


def test_its_rules_have_the_version_of_the_sources(commands, tmp_path):
    code = "from gpu_worker.engines.rules import RulesEngine; print(RulesEngine.version)"
    with launch([str(commands / "wfc"), "manage", "shell", "-v0", "-c", code], tmp_path) as process:
        said, _ = process.communicate(timeout=60)
    assert said.splitlines()[-1] == RulesEngine.version


def test_a_person_signs_in_and_sees_the_sample_job(visitor, folder):
    page = sign_in(visitor, folder)
    assert (page.status_code, "Senior Python Engineer" in page.text) == (200, True)


def test_the_static_files_that_a_page_names_are_served(visitor):
    named = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', visitor.get("/sign-in").text))
    assert {path.rsplit(".")[-1] for path in named} >= {"css", "js", "svg"}
    assert {path for path in named if visitor.get(path).status_code != 200} == set()


def test_the_sample_resumes_are_read_in_child_processes(process, folder):
    def still_open() -> int:
        with sqlite3.connect(folder / ".wfc" / "wfc.sqlite3") as connection:
            states = connection.execute("select state from candidates_uploaditem").fetchall()
        connection.close()
        assert states
        return sum(state not in ("evaluated", "invalid") for (state,) in states)

    eventually(lambda: still_open() == 0, limit_s=60)


def test_static_files_are_collected_into_the_data_folder(process, folder):
    assert list((folder / ".wfc" / "staticfiles").glob("*/wfc/live.*.js"))


def test_a_data_folder_that_is_named_is_the_one_taken(commands, tmp_path):
    named = tmp_path / "named"
    with launch([str(commands / "wfc"), "manage", "migrate"], tmp_path, WFC_DATA_DIR=str(named)) as process:
        said, _ = process.communicate(timeout=60)
    assert ((named / "wfc.sqlite3").exists(), (tmp_path / ".wfc").exists()) == (True, False), said


def test_it_stops_when_it_is_told_to(commands, tmp_path):
    up = launch([str(commands / "wfc"), "up", f"--port={free_port()}"], tmp_path, WFC_WORKER_PORT="0")
    with ready(up) as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
