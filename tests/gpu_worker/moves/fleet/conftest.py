"""A fleet of fake engines, its memory and its clock."""

from types import SimpleNamespace

import pytest

from gpu_worker.moves import fleet as fleet_module
from gpu_worker.moves.fleet import Fleet
from tests.gpu_worker.fakes import Remembered
from tests.gpu_worker.moves.fleet.measuring import BUDGET, Clock, MeasuringWorkshop


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(fleet_module, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def workshop() -> MeasuringWorkshop:
    return MeasuringWorkshop()


@pytest.fixture
def records() -> Remembered:
    return Remembered()


@pytest.fixture
def fleet(workshop, records, clock) -> Fleet:
    return Fleet(workshop, BUDGET, records)
