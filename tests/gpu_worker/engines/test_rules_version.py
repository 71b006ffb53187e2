"""The version of the rules follows their code."""

import ast
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from gpu_worker.engines.rules import RulesEngine
from gpu_worker.engines.rules.digest import judging_files, rules_version

APPS = ("candidates", "gpu_worker", "jobs", "models_admin")
# What goes in and comes out: these say what an answer looks like, not what is in it.
SHAPES = {"candidates/evaluations/answers.py", "gpu_worker/engines/protocol.py"}
MATCHING = "gpu_worker/engines/rules/matching.py"


@pytest.fixture
def copied(tmp_path) -> Path:
    """The code that judges, in a folder of its own."""
    for name, path in judging_files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / name)
    return tmp_path


def imported(source: str) -> set[str]:
    """The project's files that `source` imports, by their path."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in APPS:
            module = Path(*(node.module or "").split("."))
            found |= {module / alias.name for alias in node.names} | {module}
    files = {path.with_suffix(".py") for path in found} | {path / "__init__.py" for path in found}
    return {path.as_posix() for path in files if (settings.BASE_DIR / path).is_file()}


def test_it_is_short():
    assert re.fullmatch(r"rules [0-9a-f]{8}", RulesEngine.version)


def test_equal_code_in_another_folder_has_an_equal_version(copied):
    assert rules_version(copied) == RulesEngine.version


def test_line_endings_do_not_matter(copied):
    for path in judging_files(copied).values():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert rules_version(copied) == RulesEngine.version


@pytest.mark.parametrize(
    "name", [MATCHING, "jobs/criteria/vocabulary.py", "models_admin/models/thresholds.py"]
)
def test_a_change_of_one_file_changes_it(copied, name):
    with (copied / name).open("a") as file:
        file.write("MORE = 1\n")
    assert rules_version(copied) != RulesEngine.version


def test_a_file_that_takes_another_name_changes_it(copied):
    (copied / MATCHING).rename(copied / MATCHING.replace("matching", "finding"))
    assert rules_version(copied) != RulesEngine.version


def test_it_follows_every_file_that_the_rules_import():
    files = judging_files()
    used = set().union(*(imported(path.read_text(encoding="utf-8")) for path in files.values()))
    # A package above a module that is followed only names what it holds.
    packages = {name for name in used if name.endswith("__init__.py") and name not in files}
    assert used - packages - SHAPES <= files.keys()
