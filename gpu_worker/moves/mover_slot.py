"""The one task that moves engines on the worker's own account."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from gpu_worker.core.agenda import Mover
from gpu_worker.tasks import Task, cancel_once


class TwoMovers(Exception):
    """A second thing would move engines: a bug. The worker stops, and its restart heals."""


class MoverSlot:
    """Holds the task and what it is; empty when it has ended. `ended` is called with every task that has."""

    def __init__(self, ended: Callable[[Task], None]) -> None:
        self._ended = ended
        self._task: Task | None = None
        self.mover: Mover | None = None

    @property
    def tasks(self) -> list[Task]:
        return [self._task] if self._task else []

    @property
    def is_ending(self) -> bool:
        """Whether it was abandoned and has not ended yet."""
        return self._task is not None and self._task.cancelling() > 0

    def begin(self, mover: Mover, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in a task. Raises TwoMovers."""
        if self._task:
            work.close()
            raise TwoMovers(f"{mover} would begin while {self.mover} moves engines")
        self.mover, self._task = mover, asyncio.create_task(work)
        self._task.add_done_callback(self._let_go)

    def abandon(self) -> None:
        """End the task, if there is one. It ends after it has cleaned up."""
        for task in self.tasks:
            cancel_once(task)

    def _let_go(self, task: Task) -> None:
        self.mover = self._task = None
        self._ended(task)
