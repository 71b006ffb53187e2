"""Waiting for a thing seen, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

T = TypeVar("T")


def eventually(look: Callable[[], T], limit_s: float = 60, every_s: float = 0.02) -> T:
    """Return the first true answer of `look`; fail with its last one when there is none in time."""
    end = time.monotonic() + limit_s
    while not (answer := look()):
        assert time.monotonic() < end, f"not seen within {limit_s} s: {look}, the last answer was {answer!r}"
        time.sleep(every_s)
    return answer


def has_ended(process: psutil.Process) -> bool:
    """It runs no more. Whether somebody has collected its exit status by now is not its business."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
