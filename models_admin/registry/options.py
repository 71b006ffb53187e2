"""What can be wished for: a model alone, or a pair of parser and reasoner, computed from enabled rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from models_admin.models import GpuWorker, Mode, ModelConfig

PAIR = " + "  # stands between parser and reasoner; no model's name has a space
TEXT_LAYER = "text layer"  # the parser that needs no model: the text that the document carries itself
NO_WORKER = "No worker is running."


@dataclass(frozen=True, kw_only=True)
class Option:
    """`parser` is None in One-Shot, and in Hybrid where the text layer is the parser."""

    mode: Mode
    model_config: ModelConfig
    parser: ModelConfig | None = None

    @property
    def name(self) -> str:
        """How the API calls it: the model's name, or "<parser> + <reasoner>"."""
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
        """Return "" if `worker` can run it, else the sentence why not."""
        unknown = "The worker has not looked at this model yet."
        return next((why for row in self.rows if (why := worker.runnable.get(str(row.pk), unknown))), "")

    def is_cold_on(self, worker: GpuWorker) -> bool:
        """Whether something of it would have to be loaded from disk by `worker`."""
        loaded = worker.residency
        return any(
            row.provider == ModelConfig.Provider.VLLM and str(row.pk) not in loaded for row in self.rows
        )

    def obstacle(self, workers: Iterable[GpuWorker]) -> str:
        """Return "" if any of `workers` can run it, else why not, as the first of them says."""
        reasons = [self.obstacle_on(worker) for worker in workers]
        return NO_WORKER if not reasons else ("" if "" in reasons else reasons[0])


def meant_by(row: ModelConfig) -> tuple[str, str]:
    """The name and mode to wish for when a person points at `row`; what is not offered the wish refuses."""
    option = next(iter(offered([row])), None)
    return (option.name, option.mode.value) if option else (row.name, row.inference_modes[0])


def offered(rows: Iterable[ModelConfig]) -> list[Option]:
    """Every option that the enabled among `rows` give, in their order: One-Shot, then Hybrid."""
    enabled = [row for row in rows if row.enabled]
    parsers = [row for row in enabled if row.type == ModelConfig.Type.VISION_OCR]
    deciding = [row for row in enabled if row.type != ModelConfig.Type.VISION_OCR]
    alone = [
        Option(mode=Mode.ONE_SHOT, model_config=row)
        for row in deciding
        if Mode.ONE_SHOT in row.inference_modes
    ]
    pairs = [
        Option(mode=Mode.HYBRID, model_config=row, parser=parser)
        for row in deciding
        if Mode.HYBRID in row.inference_modes
        for parser in [None, *parsers]
    ]
    return alone + pairs
