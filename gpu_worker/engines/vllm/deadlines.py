"""Deadlines for control calls: a call in flight when its EngineCore dies never returns by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from django.conf import settings

from gpu_worker.engines.protocol import EngineFailed

T = TypeVar("T")

LOOK_EVERY_S = 0.1  # to see whether the process is still alive


async def called(
    name: str, what: str, call: Awaitable[T], died: Callable[[], bool], limit_s: float | None = None
) -> T:
    """Return the result of `call`; `what` says what the engine `name` is doing. Raises EngineFailed.

    The engine is lost if there is no result after `limit_s` seconds (WFC_CONTROL_LIMIT_S) or it has `died`.
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
        raise EngineFailed(f"{name} did not finish {what} within {limit_s:.0f} s.") from None
    finally:
        ending.cancel()
