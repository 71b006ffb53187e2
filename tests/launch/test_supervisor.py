"""The supervisor keeps its children up, passes on what they say, and stops them in order."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable

import psutil
import pytest

from tests.seen import eventually, has_ended
from wfc_site.launch import supervisor
from wfc_site.launch.supervisor import Child, keep_running

pytestmark = pytest.mark.process

POLITE = """
import signal, sys, time
def bye(*_):
    print("bye")
    sys.exit()
signal.signal(signal.SIGTERM, bye)
print("up", flush=True)
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
PARENT = f"""
import subprocess, sys
print("mine", subprocess.Popen([sys.executable, "-c", {DEAF!r}]).pid)
{POLITE}
"""
SHORT = "print('hello')"


@pytest.fixture
def said(monkeypatch) -> list[str]:
    """What reached the terminal."""
    lines: list[str] = []
    monkeypatch.setattr(supervisor, "say", lines.append)
    monkeypatch.setattr(supervisor, "FIRST_WAIT_S", 0.01)
    return lines


@pytest.fixture
def child(tmp_path) -> Callable[..., Child]:
    def make(program: str, name: str = "site", stop_within_s: float = 60) -> Child:
        command = [sys.executable, "-c", program]
        return Child(name=name, command=command, stop_within_s=stop_within_s, folder=tmp_path)

    return make


async def seen(look: Callable[[], object]) -> None:
    await asyncio.to_thread(eventually, look)


async def test_what_a_child_says_is_passed_on_with_its_name(child, said):
    async with keep_running(child(POLITE)):
        await seen(lambda: "site   | up" in said)


async def test_a_child_that_ends_is_started_again_after_longer_and_longer_waits(child, said):
    async with keep_running(child(SHORT)):
        await seen(lambda: said.count("site   | hello") == 3)
    waits = [line for line in said if "restarting in" in line]
    assert waits[:2] == [f"site   | ended with 0; restarting in {wait} s" for wait in (0.01, 0.02)]


async def test_children_are_stopped_when_the_block_ends(child, said):
    earlier = psutil.Process().children()
    async with keep_running(child(POLITE)):
        await seen(lambda: "site   | up" in said)
    assert psutil.Process().children() == earlier


async def test_what_was_brought_up_first_is_stopped_last(child, said):
    async with keep_running(child(POLITE, "redis")), keep_running(child(POLITE, "worker")):
        await seen(lambda: sum("up" in line for line in said) == 2)
    assert [line for line in said if "bye" in line] == ["worker | bye", "redis  | bye"]


async def test_a_child_that_does_not_heed_sigterm_is_killed(child, said):
    async with keep_running(child(DEAF, stop_within_s=0.2)):
        await seen(lambda: "site   | up" in said)
    assert said[-1] == "site   | did not stop within 0.2 s; killing it"


async def test_a_stop_while_a_child_waits_to_start_again_is_immediate(child, said, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_WAIT_S", 600)
    async with asyncio.timeout(60):
        async with keep_running(child(SHORT)):
            await seen(lambda: any("restarting in" in line for line in said))


async def test_what_a_child_leaves_behind_ends_with_it(child, said):
    async with keep_running(child(PARENT)):
        await seen(lambda: len([line for line in said if "up" in line]) == 2)
        left = next(psutil.Process(int(line.split()[-1])) for line in said if "mine" in line)
    eventually(lambda: has_ended(left))


def test_no_child_survives_a_supervisor_that_is_killed(tmp_path):
    keep = (
        "import asyncio, sys; from pathlib import Path; from wfc_site.launch.supervisor import Child, keep_running\n"
        "async def main():\n"
        f"    command = [sys.executable, '-c', {DEAF!r}]\n"
        "    async with keep_running(Child(name='deaf', command=command, stop_within_s=60, folder=Path.cwd())):\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", keep], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"deaf   | up\n"
        (deaf,) = psutil.Process(process.pid).children()
        process.send_signal(signal.SIGKILL)
    eventually(lambda: has_ended(deaf))
