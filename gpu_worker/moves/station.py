"""What the work and the moves of one worker share."""

from dataclasses import dataclass

from gpu_worker.core.swapper import Swapper
from gpu_worker.database import Database
from gpu_worker.metrics import Metrics
from gpu_worker.moves.fleet import Fleet
from gpu_worker.moves.recovery import Recovery
from gpu_worker.moves.turns import Turns
from models_admin.models import GpuWorker


@dataclass(frozen=True, kw_only=True)
class Station:
    row: GpuWorker
    db: Database
    fleet: Fleet
    swapper: Swapper
    turns: Turns
    recovery: Recovery
    metrics: Metrics
