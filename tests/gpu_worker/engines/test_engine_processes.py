"""Processes of an engine: once they were told to end, none of them lives and none comes after."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from gpu_worker.engines.vllm.processes import Ended, EngineProcesses, _Context

pytestmark = pytest.mark.process


def idle(seconds: float) -> None:
    time.sleep(seconds)


@pytest.fixture
def processes() -> Iterator[EngineProcesses]:
    found = EngineProcesses()
    yield found
    found.end()


def idling(processes: EngineProcesses) -> Any:
    """A process as vLLM makes them, not started yet."""
    return _Context(processes).Process(target=idle, name="EngineCore", kwargs={"seconds": 60.0})


def test_when_they_were_ended_none_of_them_lives(processes):
    idling(processes).start()
    assert len(processes.look()) == 1
    processes.end()
    assert processes.look() == []


def test_none_starts_after_they_were_ended(processes):
    late = idling(processes)
    processes.end()
    with pytest.raises(Ended):
        late.start()
    assert processes.pids == []
