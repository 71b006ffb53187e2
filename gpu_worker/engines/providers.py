"""The engines by provider."""

import threading
from collections.abc import Callable

from gpu_worker.engines.protocol import Engine, EngineFailed, EngineSpec
from gpu_worker.engines.rules import RulesEngine
from gpu_worker.engines.vllm import scratch
from gpu_worker.engines.vllm.engine import VllmEngine
from gpu_worker.engines.vllm.imports import inspect_architectures, preload

PROVIDERS: dict[str, Callable[[EngineSpec], Engine]] = {"rules": RulesEngine, "vllm": VllmEngine}


def engine(spec: EngineSpec) -> Engine:
    """Return an engine for `spec`, not loaded yet. Raises EngineFailed for a provider without a module."""
    if spec.provider not in PROVIDERS:
        raise EngineFailed(f"This worker has no engine for the provider {spec.provider}.")
    return PROVIDERS[spec.provider](spec)


def warm_up(architectures: list[str]) -> None:
    """Import what engines of these model classes need, in a background thread; nothing for none."""

    def warm() -> None:
        preload(architectures)
        inspect_architectures(architectures)

    if architectures:
        threading.Thread(target=warm, name="vllm-import", daemon=True).start()


def leave() -> None:
    """Remove what the engines share on disk. Their processes end with this one."""
    scratch.remove()
