"""Workers as rows: what the site sees of them, without a process."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from models_admin.models import GpuWorker, ModelConfig
from tests.candidates.conftest import ann, gpu0, make_application  # noqa: F401

NEEDS_GPU = "It needs a CUDA GPU, and this machine has none."


@pytest.fixture
def balanced(registry) -> ModelConfig:
    return ModelConfig.objects.get(name="rules/balanced")


@pytest.fixture
def strict(registry) -> ModelConfig:
    return ModelConfig.objects.get(name="rules/strict")


@pytest.fixture
def live_worker(balanced) -> Callable[..., GpuWorker]:
    """Make a live worker that serves the balanced rules and can run nothing but rules."""

    def make(name: str = "gpu0", **changes: object) -> GpuWorker:
        runnable = {
            str(row.pk): "" if row.type == "rules" else NEEDS_GPU for row in ModelConfig.objects.enabled()
        }
        values = {
            "host": "h",
            "pid": 1,
            "pid_started_at": 0.0,
            "device": "CPU",
            "status": GpuWorker.Status.READY,
            "mode": "one_shot",
            "model_config": balanced,
            "runnable": runnable,
            "heartbeat_at": timezone.now(),
            "serving_since": timezone.now(),
        }
        return GpuWorker.objects.create(name=name, **values | changes)

    return make
