"""The queue as models see it. A higher layer keeps it, and registers itself once with `register_queue`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Queued work that needs the same engines; if not `pinned`, any selection may serve it."""

    pinned: bool
    mode: str
    model_config_id: int | None
    parser_id: int | None
    count: int
    oldest_at: datetime


class Queue(Protocol):
    """The keeper of the queue; may be a module."""

    def depth(self) -> dict[str, int]:
        """Return the counts `to_prepare`, `queued` and `running`."""

    def waiting(self) -> list[Waiting]:
        """Return queued work, grouped by what it waits for."""

    def paces_s(self, model_config_ids: Collection[int]) -> Mapping[int, float]:
        """Return recent seconds per piece of work, by model; models without measurements are left out."""


class EmptyQueue:
    """The queue until a keeper is registered."""

    def depth(self) -> dict[str, int]:
        return {}

    def waiting(self) -> list[Waiting]:
        return []

    def paces_s(self, model_config_ids: Collection[int]) -> Mapping[int, float]:
        return {}


_keeper: Queue = EmptyQueue()


def register_queue(queue: Queue) -> None:
    """Make `queue` the one that this module asks."""
    global _keeper
    _keeper = queue


def depth() -> dict[str, int]:
    return _keeper.depth()


def waiting() -> list[Waiting]:
    return _keeper.waiting()


def paces_s(model_config_ids: Collection[int]) -> Mapping[int, float]:
    return _keeper.paces_s(model_config_ids)
