"""The registry of models, the workers that run them, swaps, trials, and the audit trail."""

from models_admin.models.registry import Mode, ModelConfig, ModelConfigQuerySet, SleepLevel
from models_admin.models.swaps import ENDED_PHASES, RUNNING_PHASES, Phase, Swap
from models_admin.models.trail import AuditEvent
from models_admin.models.trials import EngineRecord, Trial
from models_admin.models.workers import HEARTBEAT_S, LIVE_WITHIN_S, GpuWorker, GpuWorkerQuerySet

__all__ = [
    "ENDED_PHASES",
    "HEARTBEAT_S",
    "LIVE_WITHIN_S",
    "RUNNING_PHASES",
    "AuditEvent",
    "EngineRecord",
    "GpuWorker",
    "GpuWorkerQuerySet",
    "Mode",
    "ModelConfig",
    "ModelConfigQuerySet",
    "Phase",
    "SleepLevel",
    "Swap",
    "Trial",
]
