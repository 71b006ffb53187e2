"""Options: a model alone or a pair of parser and reasoner, computed from the enabled rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from models_admin.models import GpuWorker, Mode, ModelConfig

PAIR = " + "  # between parser and reasoner; no model's name has a space
TEXT_LAYER = "text layer"  # the parser that needs no model: the document's own text
NO_WORKER = "No worker is running."


@dataclass(frozen=True, kw_only=True)
class Option:
    """`parser` is None in One-Shot, and in Hybrid if the text layer is the parser."""

    mode: Mode
    model_config: ModelConfig
    parser: ModelConfig | None = None

    @property
    def name(self) -> str:
        """The name in the API: the model's name, or "<parser> + <reasoner>"."""
        return self._paired(self.parser.name if self.parser else TEXT_LAYER, self.model_config.name)

    @property
    def display_name(self) -> str:
        parser = self.parser.display_name if self.parser else TEXT_LAYER.capitalize()
        return self._paired(parser, self.model_config.display_name)

    def _paired(self, parser: str, model: str) -> str:
        return f"{parser}{PAIR}{model}" if self.mode == Mode.HYBRID else model

    @property
    def key(self) -> tuple[str, int, int | None]:
        """Mode and ids: equal for equal selections."""
        return (self.mode.value, self.model_config.pk, self.parser.pk if self.parser else None)

    @property
    def rows(self) -> list[ModelConfig]:
        return [row for row in (self.parser, self.model_config) if row is not None]

    def obstacle_on(self, worker: GpuWorker) -> str:
        """Return "" if `worker` can run it, else a sentence why not."""
        unknown = "The worker has not checked this model yet."
        return next((why for row in self.rows if (why := worker.runnable.get(str(row.pk), unknown))), "")

    def is_cold_on(self, worker: GpuWorker) -> bool:
        """Whether `worker` would have to load any of it from disk."""
        loaded = worker.residency
        return any(
            row.provider == ModelConfig.Provider.VLLM and str(row.pk) not in loaded for row in self.rows
        )

    def obstacle(self, workers: Iterable[GpuWorker]) -> str:
        """Return "" if any of `workers` can run it, else the first one's sentence why not."""
        reasons = [self.obstacle_on(worker) for worker in workers]
        return NO_WORKER if not reasons else ("" if "" in reasons else reasons[0])


def name_and_mode(row: ModelConfig) -> tuple[str, str]:
    """Return the name and mode to request when a person chooses `row`."""
    option = next(iter(offered_options([row])), None)
    return (option.name, option.mode.value) if option else (row.name, row.inference_modes[0])


def offered_options(rows: Iterable[ModelConfig]) -> list[Option]:
    """Return the options of the enabled `rows`, in their order: One-Shot, then Hybrid."""
    enabled = [row for row in rows if row.enabled]
    parsers = [row for row in enabled if row.type == ModelConfig.Type.VISION_OCR]
    judging = [row for row in enabled if row.type != ModelConfig.Type.VISION_OCR]
    alone = [
        Option(mode=Mode.ONE_SHOT, model_config=row)
        for row in judging
        if Mode.ONE_SHOT in row.inference_modes
    ]
    pairs = [
        Option(mode=Mode.HYBRID, model_config=row, parser=parser)
        for row in judging
        if Mode.HYBRID in row.inference_modes
        for parser in [None, *parsers]
    ]
    return alone + pairs
