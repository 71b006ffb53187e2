"""Tiny checkpoints, built once a run, and engines that are gone when their test is."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings
from django.db import connections

from gpu_worker import tiny_checkpoints
from gpu_worker.engines.protocol import EngineSpec, Request, Sampling, Stay
from gpu_worker.engines.vllm.engine import VllmEngine
from jobs import openings
from jobs.criteria import listed
from models_admin.models import ModelConfig, Swap
from tests.gpu_worker.looking import seen, serving, wish

KV_CACHE_BYTES = 64 << 20
NAMES = {"tiny/text-a": 1, "tiny/text-b": 2, "tiny/vision": 3}
RESUME = Request(
    id=1,
    job_title="Baker",
    job_description="Requirements: sourdough and early mornings.",
    pages=("Ana Example\nana@example.com\nBaked sourdough from 2019 to 2024.",),
)


@pytest.fixture(scope="session")
def checkpoints() -> Path:
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
        "sampling": Sampling(),
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


WANTED = listed([("Sourdough", "must"), ("May work nights", "knock_out")])


@pytest.fixture
def wanting(job) -> Callable[[], None]:
    """Give the job criteria: `wanting()`."""

    def revise() -> None:
        now = job.current
        openings.revise(job, title=now.title, description=now.description, criteria=WANTED, by=job.owner)

    return revise


ONE_AWAKE = {"gpu_gib": 0.45, "host_gib": 4.0}
BOTH_AWAKE = {"gpu_gib": 2.0, "host_gib": 4.0}


@pytest.fixture
async def connections_closed() -> AsyncIterator[None]:
    """Close what this loop's thread opened in the database."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def tiny(db) -> Callable[..., ModelConfig]:
    """Register a checkpoint: `tiny("tiny/text-a")`."""

    def make(name: str, **changes) -> ModelConfig:
        vision = "vision" in name
        values = {
            "name": name,
            "display_name": name,
            "type": "multimodal" if vision else "text_reasoning",
            "inference_modes": ["one_shot" if vision else "hybrid"],
            "temperature": 0.0,
            "max_model_len": 4096,
            "engine_args": {"kv_cache_memory_bytes": KV_CACHE_BYTES, "max_num_seqs": 8, "dtype": "bfloat16"},
        }
        return ModelConfig.objects.create(**values | changes)

    return make


@pytest.fixture
def text_a(tiny) -> ModelConfig:
    return tiny("tiny/text-a", is_default=True)


@pytest.fixture
def text_b(tiny) -> ModelConfig:
    return tiny("tiny/text-b")


async def ready(model: ModelConfig) -> Swap:
    """Wish for `model` and return its swap, ready."""
    await wish(model)
    await seen(serving(model.name))
    return await Swap.objects.alatest("pk")
