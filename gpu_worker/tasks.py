"""End tasks of the event loop: cancel them once, and wait for them."""

import asyncio
from collections.abc import Iterable
from typing import Any

Task = asyncio.Task[None]


def cancel_once(task: asyncio.Task[Any]) -> None:
    """Cancel `task` unless it is ending already: a second cancel would interrupt its clean-up."""
    if not task.cancelling():
        task.cancel()


async def finish_or_cancel(tasks: Iterable[asyncio.Task[Any]], limit_s: float) -> None:
    """Wait for `tasks`; those not done after `limit_s` are cancelled, and waited for."""
    waited_for = list(tasks)
    if not waited_for:
        return
    _, late = await asyncio.wait(waited_for, timeout=limit_s)
    for task in late:
        cancel_once(task)
    await asyncio.gather(*late, return_exceptions=True)
