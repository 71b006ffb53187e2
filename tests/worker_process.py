"""The real worker in a process of its own, on the test database."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from models_admin.models import GpuWorker
from tests.seen import eventually
from wfc_site.launch.die_with_parent import dying_with_parent


@contextlib.contextmanager
def running_worker(
    name: str = "gpu0", port: int = 0, limit_s: float = 60, **environment: str
) -> Iterator[GpuWorker]:
    """Start `manage.py gpu_worker` and wait until its row is ready; SIGTERM ends it.

    `environment` adds variables, such as WFC_LEASE_S="2".
    """
    with started_worker(name, port, **environment) as process:
        yield eventually(lambda: _ready(process, name), limit_s)


@contextlib.contextmanager
def started_worker(name: str = "gpu0", port: int = 0, **environment: str) -> Iterator[subprocess.Popen]:
    """As `running_worker`, at the moment that the process has begun."""
    command = [sys.executable, "manage.py", "gpu_worker", "--name", name, "--port", str(port)]
    variables = {**os.environ, "WFC_DATABASE_URL": database_url(), **environment}
    process = subprocess.Popen(dying_with_parent(command), cwd=settings.BASE_DIR, env=variables)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def _ready(process: subprocess.Popen, name: str) -> GpuWorker | None:
    assert process.poll() is None, f"the worker ended with {process.returncode}: its words stand above"
    return GpuWorker.objects.filter(name=name, pid=process.pid, status=GpuWorker.Status.READY).first()


def database_url() -> str:
    """The address of the test database, for other processes."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return f"postgres://{database['USER']}@{quote(database['HOST'], safe='')}/{database['NAME']}"
