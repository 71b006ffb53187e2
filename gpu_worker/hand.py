"""What is in hand: pieces of work, each in a task of its own, known by the pk of its row."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

Task = asyncio.Task[None]


class Hand:
    """`ended` is called with every task that has ended, however it did."""

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
        """Begin `work` on the row `pk`."""
        task = self._held[pk] = asyncio.create_task(work)

        def let_go(task: Task) -> None:
            self._held.pop(pk, None)
            self._ended(task)

        task.add_done_callback(let_go)


def cancel_once(task: asyncio.Task[Any]) -> None:
    """Cancel `task`; a second time would cut off its clean-up, so one that is ending is left alone."""
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
