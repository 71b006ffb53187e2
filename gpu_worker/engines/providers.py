"""Which module starts the engine of which provider."""

from collections.abc import Callable

from gpu_worker.engines.protocol import Engine, EngineFailed, EngineSpec
from gpu_worker.engines.rules import RulesEngine

PROVIDERS: dict[str, Callable[[EngineSpec], Engine]] = {"rules": RulesEngine}


def engine(spec: EngineSpec) -> Engine:
    """Return an engine for `spec`, not loaded yet. Raises EngineFailed for a provider without a module."""
    if spec.provider not in PROVIDERS:
        raise EngineFailed(f"This worker has no engine for the provider {spec.provider}.")
    return PROVIDERS[spec.provider](spec)
