"""Hold work in hand: each piece in a task of its own, known by the pk of its row."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from gpu_worker.tasks import Task


class Hand:
    """`ended` is called with every task that has ended, in whatever way."""

    def __init__(self, ended: Callable[[Task], None]) -> None:
        self._ended = ended
        self._held: dict[int, Task] = {}

    def __len__(self) -> int:
        return len(self._held)

    @property
    def pks(self) -> list[int]:
        return list(self._held)

    @property
    def tasks(self) -> list[Task]:
        return list(self._held.values())

    def hold(self, pk: int, work: Coroutine[Any, Any, None]) -> None:
        """Begin `work` on the row `pk`, and hold it until it has ended."""
        task = self._held[pk] = asyncio.create_task(work)

        def let_go(task: Task) -> None:
            self._held.pop(pk, None)
            self._ended(task)

        task.add_done_callback(let_go)
