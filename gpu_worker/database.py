"""Call the database from the event loop, in a few threads that keep their connections."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connection, connections

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    def __init__(self, threads: int = 4) -> None:
        connection.settings_dict.update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=connection.vendor != "sqlite")
        self._count = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="database")

    async def __call__(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call `function` in a thread; a connection that has died meanwhile is replaced first."""

        def call() -> T:
            close_old_connections()
            return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """Close every thread's connection and end the threads."""
        together = threading.Barrier(self._count)  # no thread takes a second turn before all have had one

        def close() -> None:
            together.wait()
            connections.close_all()

        for _ in range(self._count):
            self._threads.submit(close)
        self._threads.shutdown()
