"""Keep this process's GpuWorker row: sign on, write heartbeats and the status, sign off."""

import os
import socket
from collections.abc import Iterable, Mapping
from typing import Any

import psutil
from django.db import transaction
from django.utils import timezone

from candidates.evaluations.claims import EVALUATIONS
from candidates.evaluations.transcripts import TRANSCRIPTS
from candidates.uploads.preparation import FILES
from gpu_worker import capability, device
from gpu_worker.memory import gpu_total_gib
from models_admin.kit import messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish
from models_admin.models import GpuWorker, ModelConfig
from models_admin.swaps import swap_rows, trials


class NameTaken(Exception):
    """Another live process works under this name."""


class LostName(Exception):
    """Another process has taken over this worker's name; this one must stop."""


def sign_on(name: str, health_port: int) -> GpuWorker:
    """Take over the row `name` from an earlier process, whose work goes back to the queue.

    Raises NameTaken while that process lives. On this host the process is looked up; on another host its
    heartbeat counts.
    """
    with transaction.atomic():
        earlier = GpuWorker.objects.select_for_update().filter(name=name).first()
        if earlier and _lives(earlier):
            raise NameTaken(
                f"A worker named {name} already runs on {earlier.host} (process {earlier.pid}). "
                "Stop it, or give this one another name with --name."
            )
        me = psutil.Process()
        worker, _ = GpuWorker.objects.update_or_create(
            name=name,
            defaults={
                "host": socket.gethostname(),
                "pid": me.pid,
                "pid_started_at": me.create_time(),
                "device": device.description(),
                "health_port": health_port,
                "status": GpuWorker.Status.STARTING,
                "error": "",
                "started_at": timezone.now(),
                "heartbeat_at": timezone.now(),
                "runnable": _runnable(ModelConfig.objects.enabled()),
                "residency": {},
                "memory": {},
                "waits": "",
            },
        )
        _release_work(worker)
        _announce(worker)
    return worker


def was_killed(name: str) -> bool:
    """Whether an earlier process worked as `name` and did not sign off: its memory may not be free yet."""
    return GpuWorker.objects.filter(name=name).exclude(status=GpuWorker.Status.STOPPED).exists()


def sign_off(worker: GpuWorker) -> None:
    """Write that the worker has stopped; what it still holds goes back to the queue. Raises LostName."""
    with transaction.atomic():
        write_status(worker, GpuWorker.Status.STOPPED)
        _release_work(worker)


def _release_work(worker: GpuWorker) -> None:
    swap_rows.interrupt_leftovers(worker)
    trials.requeue_interrupted(worker)
    for work in (EVALUATIONS, TRANSCRIPTS, FILES):
        work.requeue_of(worker)


def _lives(worker: GpuWorker) -> bool:
    if worker.host != socket.gethostname():
        return worker.is_live
    if worker.pid == os.getpid():
        return False
    try:
        return abs(psutil.Process(worker.pid).create_time() - worker.pid_started_at) < 1.0
    except psutil.NoSuchProcess:
        return False


def _runnable(rows: Iterable[ModelConfig]) -> dict[str, str]:
    return {str(row.pk): capability.obstacle(row) for row in rows}


def _machine(rows: Iterable[ModelConfig]) -> dict[str, Any]:
    """Return what `fitting` compares a row of the registry with."""
    sizes = {str(row.pk): capability.weights_gib(row) for row in rows}
    return {
        "gpus": len(device.gpus()),
        "gpu_total_gib": round(gpu_total_gib(), 2),
        "weights_gib": {id_: round(gib, 2) for id_, gib in sizes.items() if gib},
    }


def write_heartbeat(
    worker: GpuWorker, tiers: Mapping[int, str], memory: Mapping[str, Any], waits: str
) -> None:
    """Write that this process lives, what it can run and holds, and what work waits for. Raises LostName."""
    residency = {str(id_): str(tier) for id_, tier in tiers.items()}
    rows = list(ModelConfig.objects.enabled())
    now = {
        "runnable": _runnable(rows),
        "residency": residency,
        "memory": {**memory, **_machine(rows)},
        "waits": waits[:500],
    }
    changed = {name: value for name, value in now.items() if getattr(worker, name) != value}
    _write(worker, heartbeat_at=timezone.now(), **changed)
    if changed:
        _announce(worker)


def write_status(
    worker: GpuWorker, status: GpuWorker.Status, *, error: str = "", **selection: object
) -> None:
    """Write and announce a new status. Raises LostName."""
    _write(worker, status=status, error=error[:500], heartbeat_at=timezone.now(), **selection)
    _announce(worker)


def refresh(worker: GpuWorker) -> None:
    """Read into `worker` what swaps have written; not its process, which protects its writes."""
    worker.refresh_from_db(fields=["status", "error", "mode", "model_config", "parser"])


def _write(worker: GpuWorker, **changes: object) -> None:
    mine = GpuWorker.objects.filter(
        pk=worker.pk, pid=worker.pid, pid_started_at=worker.pid_started_at, host=worker.host
    )
    if mine.update(**changes) != 1:
        raise LostName(f"Another process works as {worker.name} now.")
    for name, value in changes.items():
        setattr(worker, name, value)


def _announce(worker: GpuWorker) -> None:
    publish(messages.MODELS, Message(type=Report.WORKER_CHANGED, id=worker.pk))
