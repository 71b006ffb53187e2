"""A fleet of fake engines and its memory."""

import pytest

from gpu_worker.moves.fleet import Fleet
from tests.gpu_worker.fakes import Remembered
from tests.gpu_worker.moves.fleet.measuring import BUDGET, MeasuringWorkshop


@pytest.fixture
def workshop() -> MeasuringWorkshop:
    return MeasuringWorkshop()


@pytest.fixture
def records() -> Remembered:
    return Remembered()


@pytest.fixture
def fleet(workshop, records, clock) -> Fleet:
    return Fleet(workshop, BUDGET, records)
