"""The engine without weights: keywords and thresholds."""

from gpu_worker.engines.rules.engine import RulesEngine
from gpu_worker.engines.rules.verdict import evaluate

__all__ = ["RulesEngine", "evaluate"]
