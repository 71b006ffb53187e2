"""The Models page: the workers' memory, open swaps, the queue, the registry and past swaps.

Values without rows, equal when the page looks equal. They take nine queries, however many rows there are, and
one more for each model that has work.
"""

from dataclasses import dataclass

from models_admin.models import RUNNING_PHASES
from models_admin.overview.listed_swaps import OpenSwap, PastSwap, open_swaps, past_swaps
from models_admin.overview.model_rows import ModelRow, model_rows
from models_admin.overview.queue_lines import QueueLine, queue_lines
from models_admin.overview.shown import Rows
from models_admin.overview.worker_cards import WorkerCard, worker_cards
from models_admin.present import Present


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Each field is one part of the page, sent when it has changed."""

    workers: Rows[WorkerCard]
    open_swaps: Rows[OpenSwap]
    queue: Rows[QueueLine]
    models: Rows[ModelRow]
    past_swaps: Rows[PastSwap]
    legend = tuple(RUNNING_PHASES)


def read_overview() -> Overview:
    present = Present()
    return Overview(
        workers=Rows(worker_cards(present)),
        open_swaps=Rows(open_swaps(present)),
        queue=Rows(queue_lines(present)),
        models=Rows(model_rows(present)),
        past_swaps=Rows(past_swaps()),
    )
