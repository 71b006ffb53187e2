"""Each process loads only what it needs, and refuses to start where production lacks something."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.process


def python(program: str, folder: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WFC_")}
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={**inherited, "WFC_DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    "heavy", ["torch", "vllm", "transformers", "gpu_worker.engines", "gpu_worker.worker"]
)
def test_the_site_loads_no_engine(tmp_path, heavy):
    done = python(f"import sys, wfc_site.asgi, wfc_site.urls; sys.exit({heavy!r} in sys.modules)", tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_maker_of_tiny_checkpoints_loads_torch_only_when_it_makes_one(tmp_path):
    done = python("import sys, gpu_worker.tiny_checkpoints; sys.exit('torch' in sys.modules)", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("asked", ["--help", "up --help", "serve --help", "worker --help", "--version"])
def test_who_asks_wfc_for_help_loads_nothing_and_makes_no_data_folder(tmp_path, asked):
    program = (
        "import sys\n"
        "from wfc_site import command\n"
        "try:\n"
        f"    command.main({asked.split()})\n"
        "finally:\n"
        "    heavy = {'django', 'uvicorn', 'pydantic'} & set(sys.modules)\n"
        "    print(f'heavy: {heavy}')"
    )
    done = python(program, tmp_path / "data")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "heavy: set()"), done.stderr
    assert not (tmp_path / "data").exists()


PRODUCTION = {
    "WFC_PRODUCTION": "1",
    "WFC_SECRET_KEY": "a key of fifty characters or more, from a safe place",
    "WFC_DATABASE_URL": "postgres://wfc@/wfc",
    "REDIS_URL": "redis://localhost",
}


@pytest.mark.parametrize("missing", ["WFC_SECRET_KEY", "WFC_DATABASE_URL", "REDIS_URL"])
def test_production_makes_nothing_up(tmp_path, missing):
    given = {**PRODUCTION, missing: ""}
    done = python("import wfc_site.settings", tmp_path, **given)
    assert f"Set {missing}: WFC_PRODUCTION=1 allows no default for it." in done.stderr


def test_production_starts_where_everything_is_given(tmp_path):
    assert python("import wfc_site.settings", tmp_path, **PRODUCTION).returncode == 0


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_named_with_its_variable(tmp_path, port):
    done = python("import wfc_site.settings", tmp_path, WFC_PORT=port)
    assert "The environment is wrong: WFC_PORT: Input should be" in done.stderr


def test_settings_need_the_standard_library_alone_to_know_where_redis_is(tmp_path):
    program = "import sys; sys.path.insert(0, '.'); from wfc_site.launch.embedded_redis import socket_url"
    bare = subprocess.run([sys.executable, "-I", "-S", "-c", program], cwd=settings.BASE_DIR)
    assert bare.returncode == 0
