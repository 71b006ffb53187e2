"""A swap that is cancelled ends there, whatever it is doing: the worker that stops waits for it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gpu_worker.core.residency import Budget
from gpu_worker.core.scheduler import Selection
from gpu_worker.core.swapper import Action, Swapper, Taken
from gpu_worker.metrics import Metrics
from gpu_worker.moves.fleet import Fleet
from gpu_worker.moves.swap_run import SwapRun
from models_admin.models import ModelConfig
from models_admin.swaps import swap_rows
from models_admin.swaps.swap_rows import Ended, Wanted
from tests.gpu_worker.fakes import Remembered, Workshop

BEFORE = Selection(mode="one_shot", model_config_id=1)
TARGET = Selection(mode="one_shot", model_config_id=2)
END = Ended(outcome="ready", source="before", target="target", phase_seconds={})


async def rows(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The database, which answers at once."""
    return END if function is swap_rows.end_swap else None


async def drained() -> None:
    """Nothing is in hand."""


@pytest.fixture(params=[False, True], ids=["warm", "cold"])
def begun(request) -> Callable[[], tuple[SwapRun, list[Action]]]:
    """A swap that was taken, with what is to be done first."""

    def begin() -> tuple[SwapRun, list[Action]]:
        swapper, fleet = Swapper(), Fleet(Workshop(), Budget(gpu_gib=0, host_gib=0), Remembered())
        swapper.begin(BEFORE)
        target = ModelConfig(pk=2, name="target", display_name="Target", type="multimodal")
        wanted = Wanted(swap_id=1, mode="one_shot", model_config=target, parser=None, cold=request.param)
        run: Any = SwapRun(wanted, swapper, fleet, rows, Metrics(), drained, lambda: ())  # type: ignore[arg-type]
        return run, swapper.handle(Taken(swap_id=1, target=TARGET, cold=request.param))

    return begin


async def test_at_every_moment(begun):
    for moment in range(1, 1000):
        run, actions = begun()
        swapping = asyncio.create_task(run.perform(actions))
        for _ in range(moment):
            await asyncio.sleep(0)
        if swapping.done():
            assert moment > 10
            return
        swapping.cancel()
        await asyncio.wait([swapping], timeout=60)
        assert swapping.cancelled(), f"at moment {moment} it went on"
    pytest.fail("it does not end by itself")
