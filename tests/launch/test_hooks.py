"""`.pre-commit-config.yaml` runs the tools of `make lint`, with the same arguments."""

import re

import yaml
from django.conf import settings

HOOKS = yaml.safe_load((settings.BASE_DIR / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]


def tools_of_make_lint() -> list[str]:
    makefile = (settings.BASE_DIR / "Makefile").read_text()
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    return [line.split("$(BIN)/")[1].removesuffix(" .") for line in recipe.splitlines()]


def test_every_tool_of_make_lint_is_a_hook():
    hooks = [re.sub(r"^\.venv/bin/| --force-exclude$| \.$", "", hook["entry"]) for hook in HOOKS]
    assert sorted(hooks) == sorted(tools_of_make_lint())


def test_no_hook_brings_tools_of_its_own():
    assert {hook["language"] for hook in HOOKS} == {"system"}
