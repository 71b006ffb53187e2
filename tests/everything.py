"""`make test`: the fast tests first, then real processes, the browser, and the database part on PostgreSQL.

What this machine cannot have is named at the end as not run; with CI=true that is a failure.
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

    `bring` returns "" or the sentence why the stage cannot run here.
    """

    name: str
    choice: list[str]
    bring: Callable[[], str] = str


STAGES = [
    Stage(name="fast tests", choice=["-m", "not process and not browser"]),
    Stage(name="tests with real processes", choice=["-m", "process and not browser"]),
    Stage(name="browser tests", choice=["-m", "browser"], bring=prerequisites.bring_browser),
    Stage(
        name="database tests on PostgreSQL",
        choice=["--postgres", "-m", "not process and not browser"],
        bring=prerequisites.bring_postgres,
    ),
]


def main() -> int:
    failed: list[str] = []
    not_run: list[str] = []
    for stage in STAGES:
        print(f"\n== {stage.name}", flush=True)
        if why := stage.bring():
            not_run.append(f"{stage.name}: {why}")
        elif not _passes(stage):
            failed.append(stage.name)
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
