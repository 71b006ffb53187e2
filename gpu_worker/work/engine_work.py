"""All work that engines have in hand: evaluations and transcripts."""

from collections.abc import Callable

from gpu_worker.core.scheduler import Stage
from gpu_worker.moves.station import Station
from gpu_worker.tasks import Task
from gpu_worker.work.evaluations import Evaluations
from gpu_worker.work.transcripts import Transcripts


class EngineWork:
    """`ended` is called with every task that has ended."""

    def __init__(self, station: Station, ended: Callable[[Task], None]) -> None:
        self.evaluations = Evaluations(station, ended)
        self.transcripts = Transcripts(station, ended)

    @property
    def tasks(self) -> list[Task]:
        return [*self.evaluations.hand.tasks, *self.transcripts.hand.tasks]

    @property
    def engines(self) -> set[int]:
        """Those that have work in hand."""
        return self.evaluations.engines | self.transcripts.engines

    def in_hand(self, engine: int) -> int:
        """How many pieces `engine` is working on."""
        return self.evaluations.in_hand(engine) + self.transcripts.in_hand(engine)

    async def take(self, stage: Stage, count: int) -> int:
        """Claim up to `count` of `stage` and give them to its engine. Return how many were claimed."""
        parses = stage.engine == stage.selection.parser_id
        return await (self.transcripts if parses else self.evaluations).take(stage, count)
