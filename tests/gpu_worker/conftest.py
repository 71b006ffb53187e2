"""The worker's outside world: files on their way, and engines that are fakes."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from tests.gpu_worker.fakes import Workshop
from tests.queued import balanced, job, other_worker, read, received, strict, waiting, worker  # noqa: F401


@pytest.fixture
async def loop_closed() -> AsyncIterator[None]:
    """Close what this loop's thread opened: PostgreSQL drops no database that somebody uses."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()
