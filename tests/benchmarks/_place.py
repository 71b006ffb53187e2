"""Where benchmarks run: a data folder of their own, checkpoints that are built once, and the processes.

Django is set up when the place is opened, so whatever touches the database is imported after that.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gpu_worker import tiny_checkpoints
from gpu_worker.tiny_checkpoints import Size
from wfc_site.launch.die_with_parent import dying_with_parent

if TYPE_CHECKING:
    from jobs.criteria import Criterion

ROOT = Path(__file__).parents[2]
CHECKPOINTS = Path(tempfile.gettempdir()) / "wfc-bench-checkpoints"
JOB = {"title": "Developer", "description": "Requirements: Python, SQL, Linux."}
SURROUNDINGS = (
    "WFC_",
    "VLLM_",
    "REDIS_URL",
    "OMP_NUM_THREADS",
    "TORCHDYNAMO_DISABLE",
)  # of whoever starts the benchmark


@contextlib.contextmanager
def opened(**environment: str) -> Iterator[Path]:
    """A data folder with a fresh database for the length of a block."""
    for name in [name for name in os.environ if name.startswith(SURROUNDINGS)]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="wfc-bench-", ignore_cleanup_errors=True) as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "wfc_site.settings",
            "WFC_DATA_DIR": folder,
            "WFC_MODELS_DIR": str(CHECKPOINTS),
            "WFC_LOG_LEVEL": "WARNING",
            "WFC_WORKER_PORT": "0",
            # What vLLM finds out about a model class is kept: it takes ten seconds the first time.
            "VLLM_CACHE_ROOT": str(Path(tempfile.gettempdir()) / "wfc-bench-vllm"),
            **environment,
        }
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(folder)


@contextlib.contextmanager
def opened_with_redis(**environment: str) -> Iterator[Path]:
    """As `opened`, for a worker that is nudged and pages that listen."""
    from wfc_site.launch import embedded_redis

    with opened(**environment) as folder, embedded_redis.running_redis(folder):
        yield folder


def criteria() -> "tuple[Criterion, ...]":
    """What a worker asks about for `JOB`: who asks an engine straight has to ask as much."""
    from jobs.criteria import drawing

    return drawing.draw(JOB["description"])


def checkpoint(name: str, size: Size, seed: int) -> str:
    """Build a text model unless an earlier run did; return `name`."""
    tiny_checkpoints.text(CHECKPOINTS / name, size=size, seed=seed)
    return name


@contextlib.contextmanager
def process(module: str, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `python -m module` for the length of a block, with pipes; SIGTERM ends it."""
    running = subprocess.Popen(
        dying_with_parent([sys.executable, "-m", module, *arguments]),
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=30)


def register(names: Sequence[str], **changes: object) -> None:
    """Register text models; the first is what a worker starts with."""
    from models_admin.models import ModelConfig

    for name in names:
        values: dict[str, object] = {
            "name": name,
            "display_name": name,
            "type": ModelConfig.Type.TEXT_REASONING,
            "inference_modes": ["hybrid"],
            "max_model_len": 4096,
            "is_default": name == names[0],
        }
        ModelConfig.objects.create(**values | changes)
