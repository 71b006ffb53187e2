"""Which queue is served next. Pure: queues come in, a batch goes out.

This is the plain rule: the selection's work, oldest first. It stands behind the interface that gated
batches with quantum and age will use: they will look at the other queues, which wait here.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a person chose: a mode and a model, or a pair. Ids are those of ModelConfig rows."""

    mode: str
    model_config_id: int
    parser_id: int | None = None

    @property
    def engines(self) -> tuple[int, ...]:
        """The engines that serve it, parser first."""
        return tuple(id_ for id_ in (self.parser_id, self.model_config_id) if id_ is not None)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Evaluations that wait for the same engines; `selection` None = unpinned, any may serve them."""

    selection: Selection | None
    waiting: int
    oldest_wait_s: float


@dataclass(frozen=True, kw_only=True)
class Batch:
    selection: Selection
    count: int


def next_batch(active: Selection, queues: Sequence[Queue], room: int) -> Batch | None:
    """Return how many evaluations to claim for `active` now, at most `room`; None = nothing to do."""
    ready = sum(queue.waiting for queue in queues if queue.selection in (None, active))
    count = min(ready, room)
    return Batch(selection=active, count=count) if count > 0 else None
