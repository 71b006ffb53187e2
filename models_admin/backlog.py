"""The queue as far as models are concerned. A higher layer keeps it, and says so once with `kept_by`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Queued work that asks for the same engines; `pinned` False = any selection may serve it."""

    pinned: bool
    mode: str
    model_config_id: int | None
    parser_id: int | None
    count: int
    oldest_at: datetime


class Queue(Protocol):
    """Who keeps it. A module will do."""

    def depth(self) -> dict[str, int]:
        """How much waits and runs: `to_prepare`, `queued` and `running`."""

    def waiting(self) -> list[Waiting]:
        """What is queued, by what it waits for."""

    def paces_s(self, model_config_ids: Collection[int]) -> Mapping[int, float]:
        """Seconds for each piece of work while these models were busy lately; none of those never seen."""


class Nothing:
    """The queue before anybody has said that he keeps it."""

    def depth(self) -> dict[str, int]:
        return {}

    def waiting(self) -> list[Waiting]:
        return []

    def paces_s(self, model_config_ids: Collection[int]) -> Mapping[int, float]:
        return {}


_keeper: Queue = Nothing()


def kept_by(queue: Queue) -> None:
    """Let a higher layer, which knows the queue, be asked for it."""
    global _keeper
    _keeper = queue


def depth() -> dict[str, int]:
    return _keeper.depth()


def waiting() -> list[Waiting]:
    return _keeper.waiting()


def paces_s(model_config_ids: Collection[int]) -> Mapping[int, float]:
    return _keeper.paces_s(model_config_ids)
