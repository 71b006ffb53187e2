"""Nudges reach the worker at once: polling is for when they do not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from channels.layers import channel_layers, get_channel_layer

from gpu_worker import listener
from gpu_worker.listener import Listener
from models_admin.kit import messages
from models_admin.kit.messages import Command, Message

pytestmark = pytest.mark.usefixtures("redis")
NUDGE = Message(type=Command.LOOK, id=1).as_dict()


@pytest.fixture
async def look() -> AsyncIterator[asyncio.Event]:
    look = asyncio.Event()
    listening = asyncio.create_task(Listener(look).run())
    yield look
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def nudged(look: asyncio.Event) -> bool:
    """Send nudges, which are lost until the listener has joined, until one is heard."""
    for _ in range(600):
        await get_channel_layer().group_send(messages.WORKERS, NUDGE)
        try:
            async with asyncio.timeout(0.1):
                return await look.wait()
        except TimeoutError:
            continue
    return False


async def test_a_nudge_is_heard(look):
    assert await nudged(look)


async def test_and_the_next_one_too(look):
    await nudged(look)
    look.clear()
    assert await nudged(look)


async def test_it_hears_though_another_thread_has_made_a_layer_of_its_own_meanwhile(monkeypatch, look):
    monkeypatch.setattr(listener, "get_channel_layer", lambda: channel_layers.make_backend("default"))
    assert await nudged(look)
