"""What the work and the moves of one worker have in common."""

from dataclasses import dataclass

from gpu_worker.core.swapper import Swapper
from gpu_worker.database import Database
from gpu_worker.metrics import Metrics
from gpu_worker.moves.fleet import Fleet
from gpu_worker.moves.recovery import Serving
from gpu_worker.moves.turns import Turns
from models_admin.models import GpuWorker


@dataclass(frozen=True, kw_only=True)
class Station:
    """Where the work is done: what the attempts of one worker have in common."""

    row: GpuWorker
    db: Database
    fleet: Fleet
    swapper: Swapper
    turns: Turns
    serving: Serving
    metrics: Metrics
