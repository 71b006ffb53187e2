"""A deadline for every control call: one in flight when an EngineCore dies never returns by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.conf import settings

from gpu_worker.engines.protocol import EngineFailed

T = TypeVar("T")

LOOK_EVERY_S = 0.1  # whether the process still lives


async def called(
    name: str, what: str, call: Awaitable[T], died: Callable[[], bool], limit_s: float | None = None
) -> T:
    """The result of `call`, by which the engine `name` is doing `what`. Raises EngineFailed.

    Without a result after `limit_s` seconds (WFC_CONTROL_LIMIT_S), or when it has `died`, it is lost.
    """
    try:
        return await _in_time(name, what, call, died, limit_s)
    except EngineFailed:
        raise
    except Exception as error:
        raise EngineFailed(f"{name} was lost while {what}: {error or type(error).__name__}.") from error


async def _in_time(
    name: str, what: str, call: Awaitable[T], died: Callable[[], bool], limit_s: float | None
) -> T:
    limit_s = settings.CONTROL_LIMIT_S if limit_s is None else limit_s
    ending = asyncio.ensure_future(call)
    try:
        async with asyncio.timeout(limit_s):
            while not ending.done():
                await asyncio.wait([ending], timeout=LOOK_EVERY_S)
                if not ending.done() and died():
                    raise EngineFailed(f"{name} died while {what}.")
            return ending.result()
    except TimeoutError:
        raise EngineFailed(f"{name} did not come back from {what} within {limit_s:.0f} s.") from None
    finally:
        ending.cancel()
