"""The engine without weights: keywords and thresholds. It says of itself: keyword rules, no understanding."""

from gpu_worker.engines.rules.engine import RulesEngine
from gpu_worker.engines.rules.verdict import evaluate

__all__ = ["RulesEngine", "evaluate"]
