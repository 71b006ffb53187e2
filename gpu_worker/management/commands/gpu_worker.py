"""`manage.py gpu_worker`: the process that owns the GPU, its engines and its swaps."""

import asyncio
import logging
import os
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gpu_worker import memory, roster
from gpu_worker.database import Database
from gpu_worker.engines.providers import engine, leave
from gpu_worker.moves.fleet import Fleet
from gpu_worker.moves.records import DatabaseRecords
from gpu_worker.roster import LostName, NameTaken
from gpu_worker.worker import Worker


class Command(BaseCommand):
    help = "Run the GPU worker: it opens uploads, reads résumés and swaps models."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default=settings.WORKER_NAME, help="unique among all workers")
        parser.add_argument(
            "--port", type=int, default=settings.WORKER_PORT, help="of /health, /status, /metrics; 0 = none"
        )

    def handle(self, *args: Any, name: str, port: int, **options: Any) -> None:
        try:
            asyncio.run(self._run(name, port or None))
        except (NameTaken, LostName) as error:
            raise CommandError(str(error)) from error

    async def _run(self, name: str, port: int | None) -> None:
        db = Database()
        if await db(roster.was_killed, name):
            await asyncio.to_thread(memory.settle)
        worker = Worker(name, Fleet(engine, memory.measured_budget(), DatabaseRecords(db)), port, db)
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, worker.stop)
        await worker.run()
        leave()
        # The worker has signed off and holds nothing. A thread may still import vLLM, for a minute on a busy
        # machine, but a process that is told to stop has only seconds.
        logging.shutdown()
        os._exit(0)
