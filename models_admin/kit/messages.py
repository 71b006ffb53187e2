"""All messages on the channel layer, and the groups they go to. Standard library only.

A message is a nudge: `{"type", "id"}`. It holds no state; the receiver reads the row.
"""

from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """Site to worker, imperative."""

    SWAP = "swap"  # id of a Swap that waits
    LOOK = "look"  # id of a Job that has work
    TRY = "try"  # id of a Trial that waits


class Report(StrEnum):
    """Worker or site to pages, past tense."""

    WORKER_CHANGED = "worker_changed"  # id of a GpuWorker
    SWAP_CHANGED = "swap_changed"  # id of a Swap
    REGISTRY_CHANGED = "registry_changed"  # id of a ModelConfig
    JOB_CHANGED = "job_changed"  # id of a Job
    ITEM_CHANGED = "item_changed"  # id of an UploadItem
    APPLICATION_CHANGED = "application_changed"  # id of an Application
    SCREENING_CHANGED = "screening_changed"  # id of a Screening


KINDS: dict[object, Command | Report] = {kind.value: kind for kind in (*Command, *Report)}

WORKERS = "workers"  # every GPU worker listens here
MODELS = "models"  # every page listens here, for its header
JOBS = "jobs"  # the list of jobs


def job_group(job_id: int) -> str:
    """The group of the pages that show one job."""
    return f"job-{job_id}"


@dataclass(frozen=True, kw_only=True)
class Message:
    """`id` is the id of the row that `type` names."""

    type: Command | Report
    id: int

    def as_dict(self) -> dict[str, str | int]:
        return {"type": self.type.value, "id": self.id}


def parse_message(raw: object) -> Message:
    """Return the message in `raw`. Raises ValueError unless it is exactly a known type and an integer id."""
    if not isinstance(raw, dict) or raw.keys() != {"type", "id"} or type(raw["id"]) is not int:
        raise ValueError(f"not a message: {raw!r}")
    if not isinstance(raw["type"], str) or raw["type"] not in KINDS:
        raise ValueError(f"unknown message type: {raw['type']!r}")
    return Message(type=KINDS[raw["type"]], id=raw["id"])
