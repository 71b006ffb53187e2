"""`make test`: the fast tests first, then real processes, real vLLM, the browser, and PostgreSQL.

What this machine lacks is named at the end as not run; with CI=true that is a failure. What there is not for
a machine like this is named as left out, and is none.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from tests import prerequisites

NO_TESTS = 5  # pytest's own exit status


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A part of the tests: what it is called, how pytest picks it, and what it needs from the machine.

    `not_for_this` and `bring` return "" or the sentence why the stage cannot run on a machine like this, or
    on this one.
    """

    name: str
    choice: list[str]
    not_for_this: Callable[[], str] = str
    bring: Callable[[], str] = str


FAST = "not process and not browser and not vllm"
# Each process with its own data folder, Redis, database and browser.
SPREAD = ["-n", "logical", "--maxprocesses", "4"]
STAGES = [
    Stage(name="fast tests", choice=[*SPREAD, "-m", FAST]),
    Stage(name="tests with real processes", choice=[*SPREAD, "-m", "process and not browser and not vllm"]),
    Stage(
        name="tests with real vLLM",
        # One after the other: an engine takes every core. Its first import alone takes 10 s to a minute.
        choice=["-m", "vllm", "--timeout", "300"],
        not_for_this=prerequisites.no_vllm_for_this,
        bring=prerequisites.bring_vllm,
    ),
    Stage(
        name="browser tests",
        choice=[*SPREAD, "-m", "browser and not vllm"],
        bring=prerequisites.bring_browser,
    ),
    Stage(
        name="database tests on PostgreSQL",
        choice=[*SPREAD, "--postgres", "-m", FAST],
        bring=prerequisites.bring_postgres,
    ),
]


def main() -> int:
    failed: list[str] = []
    not_run: list[str] = []
    left_out: list[str] = []
    for stage in STAGES:
        print(f"\n== {stage.name}", flush=True)
        if why := stage.not_for_this():
            left_out.append(f"{stage.name}: {why}")
        elif why := stage.bring():
            not_run.append(f"{stage.name}: {why}")
        elif not _passes(stage):
            failed.append(stage.name)
    for line in left_out:
        print(f"LEFT OUT {line}")
    for line in not_run:
        print(f"NOT RUN  {line}")
    for name in failed:
        print(f"FAILED   {name}")
    return int(bool(failed) or bool(not_run and os.environ.get("CI") == "true"))


def _passes(stage: Stage) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", *stage.choice]
    return subprocess.run(command).returncode in (0, NO_TESTS)


if __name__ == "__main__":
    sys.exit(main())
