"""What the worker's HTTP port shows: the status for probes, and the metrics page."""

import logging
from typing import Any

from django.conf import settings

from candidates.evaluations.queue import depth
from gpu_worker.health import Port
from gpu_worker.metrics import Gauges
from gpu_worker.moves import demand
from gpu_worker.moves.station import Station
from gpu_worker.work.file_intake import FileIntake
from models_admin.models import GpuWorker

log = logging.getLogger(__name__)

WORDS = {"ready": "idle", "stopped": "offline", "starting": "offline"}  # of older clients


class Probes:
    def __init__(self, station: Station, intake: FileIntake) -> None:
        self._station, self._intake = station, intake

    async def status(self) -> dict[str, Any]:
        """Return what /status shows."""
        at = self._station
        row = await at.db(GpuWorker.objects.select_related("model_config", "parser").get, pk=at.row.pk)
        return {
            "status": WORDS.get(row.status, row.status),
            "current_model": row.model_config.name if row.model_config else None,
            "inference_mode": row.mode or None,
            "worker": row.name,
            "device": row.device,
            "error": row.error,
            "phase": at.swapper.phase,
            "in_hand": len(at.swapper.in_hand),
            "preparing": len(self._intake.hand),
            "queue": await at.db(depth),
            "promise": {"asked_s": settings.PROMISE_S, "least_s": round(at.turns.least_promise_s, 1)},
            "memory": at.fleet.memory(),
        }

    async def metrics_page(self) -> bytes:
        """Return what /metrics shows."""
        at = self._station
        waiting = await at.db(demand.waiting_by_model)
        counts = await at.db(depth)
        gauges = Gauges(
            waiting=waiting,
            files_waiting=counts["to_prepare"],
            tiers=tuple(at.fleet.tiers().values()),
            memory=at.fleet.memory(),
        )
        return at.metrics.page(gauges)


def open_port(number: int | None) -> Port | None:
    """Open the port on loopback. None if there is to be none, or if somebody else has it: work goes on."""
    if number is None:
        return None
    try:
        return Port("127.0.0.1", number)
    except OSError as error:
        log.warning(
            "Port %s cannot be opened (%s), so /health, /status and /metrics are not served; "
            "set WFC_WORKER_PORT.",
            number,
            error.strerror,
        )
        return None
