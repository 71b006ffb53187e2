"""The worker's outside world: files on their way, and engines that are fakes."""

from collections.abc import AsyncIterator, Collection
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from gpu_worker.moves import fleet as fleet_module
from gpu_worker.moves.fleet import Fleet
from tests.gpu_worker.fakes import Workshop
from tests.gpu_worker.moves.fleet.measuring import Clock
from tests.queued import balanced, job, other_worker, read, received, strict, waiting, worker  # noqa: F401


@pytest.fixture
async def loop_closed() -> AsyncIterator[None]:
    """Close what this loop's thread opened: PostgreSQL drops no database that somebody uses."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """The clock by which a fleet knows how long an engine has been idle."""
    clock = Clock()
    monkeypatch.setattr(fleet_module, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def idle_rounds(monkeypatch) -> list[Collection[int]]:
    """The engines that were in use each time that who was idle was unloaded."""
    rounds: list[Collection[int]] = []
    unload_idle = Fleet.unload_idle

    async def counted(self: Fleet, serving: Collection[int]) -> None:
        await unload_idle(self, serving)
        rounds.append(serving)

    monkeypatch.setattr(Fleet, "unload_idle", counted)
    return rounds
