"""What must stay light: the pure core knows no Django, no event loop and no engine."""

import subprocess
import sys

import pytest
from django.conf import settings

HEAVY = ["django", "asyncio", "vllm", "torch", "channels", "redis", "pydantic"]


@pytest.mark.parametrize("room", ["agenda", "paces", "residency", "scheduler", "swapper"])
def test_the_core_loads_nothing_heavy(room):
    module = f"gpu_worker.core.{room}"
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def test_the_messages_need_the_standard_library_only():
    code = f"import sys, models_admin.kit.messages; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
