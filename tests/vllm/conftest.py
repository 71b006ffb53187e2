"""Tiny checkpoints, built once a run, and engines that are gone when their test is."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from gpu_worker import tiny_checkpoints
from gpu_worker.engines.protocol import EngineSpec, Request, Sampling, Stay
from gpu_worker.engines.vllm.engine import VllmEngine

KV_CACHE_BYTES = 64 << 20
NAMES = {"tiny/text-a": 1, "tiny/text-b": 2, "tiny/vision": 3}
RESUME = Request(
    id=1,
    job_title="Baker",
    job_description="Requirements: sourdough and early mornings.",
    pages=("Ana Example\nana@example.com\nBaked sourdough from 2019 to 2024.",),
)


@pytest.fixture(scope="session")
def checkpoints() -> Iterator[Path]:
    """A folder of models: tiny/text-a, tiny/text-b and tiny/vision."""
    folder = Path(django_settings.DATA_DIR) / "checkpoints"
    tiny_checkpoints.text(folder / "tiny/text-a", seed=1)
    tiny_checkpoints.text(folder / "tiny/text-b", seed=2)
    tiny_checkpoints.vision(folder / "tiny/vision", seed=3)
    return folder


@pytest.fixture(autouse=True)
def _models_dir(checkpoints, settings, monkeypatch) -> None:
    """Tiny matrices: more threads only wait for each other. What vLLM finds out of a class is kept."""
    settings.MODELS_DIR = checkpoints
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("VLLM_CACHE_ROOT", str(Path(tempfile.gettempdir()) / "wfc-test-vllm"))


def spec(name: str = "tiny/text-a", **changes: Any) -> EngineSpec:
    said: dict[str, Any] = {
        "id": NAMES.get(name, 9),
        "name": name,
        "provider": "vllm",
        "sees_pages": "vision" in name,
        "max_model_len": 4096,
        "engine_args": {"kv_cache_memory_bytes": KV_CACHE_BYTES, "max_num_seqs": 8, "dtype": "bfloat16"},
        "sampling": Sampling(temperature=1.0),
        "stay": Stay(),
    }
    return EngineSpec(**said | changes)


Make = Callable[..., contextlib.AbstractAsyncContextManager[VllmEngine]]


@pytest.fixture
def running() -> Make:
    """`async with running("tiny/text-a") as engine`: loaded, and unloaded at the end."""

    @contextlib.asynccontextmanager
    async def run(name: str = "tiny/text-a", **changes: Any) -> AsyncIterator[VllmEngine]:
        engine = VllmEngine(spec(name, **changes))
        try:
            await engine.load()
            yield engine
        finally:
            await engine.unload()

    return run
