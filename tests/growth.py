"""How the time of a function grows with its text: a ratio, which is the same on a busy machine."""

import time
from collections.abc import Callable

LONGER = 8
LINEAR = 3 * LONGER  # at most this: linear growth gives 8, quadratic growth 64
NOISE_S = 1e-3
TURNS = 3


def growth(work: Callable[[str], object], piece: str, count: int) -> float:
    """Return how many times as long `work` takes for `piece * count` as for an eighth of that."""
    short, long = piece * (count // LONGER), piece * count
    return least_s(work, long) / max(least_s(work, short), NOISE_S)


def least_s(work: Callable[[str], object], text: str) -> float:
    """Return the least processor time of three turns."""
    return min(_turn_s(work, text) for _ in range(TURNS))


def _turn_s(work: Callable[[str], object], text: str) -> float:
    began_s = time.thread_time()
    work(text)
    return time.thread_time() - began_s
