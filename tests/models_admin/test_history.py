"""What earlier swaps say about the next one: the medians of the last that went well, of the same kind."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from models_admin.models import ENDED_PHASES, GpuWorker, Mode, Phase, Swap
from models_admin.swaps import history
from models_admin.swaps.history import RECENT, History

pytestmark = pytest.mark.django_db

NOT_WELL = [phase for phase in ENDED_PHASES if phase is not Phase.READY]

Swapped = Callable[..., Swap]


@pytest.fixture
def gpu0(live_worker) -> GpuWorker:
    return live_worker("gpu0")


@pytest.fixture
def swapped(gpu0, strict) -> Swapped:
    """Write a swap of gpu0 to the strict rules that has gone well: `swapped(loading=3.0)`."""

    def make(phase: Phase = Phase.READY, **said: object) -> Swap:
        taken = {key: said.pop(key) for key in [*said] if key in Phase.values}
        values = {"worker": gpu0, "mode": Mode.ONE_SHOT, "model_config": strict, "ended_at": timezone.now()}
        return Swap.objects.create(phase=phase, phase_seconds=taken, **values | said)

    return make


@pytest.fixture
def next_one(gpu0, strict) -> Callable[..., dict[str, float]]:
    """What is expected of the next swap of gpu0 to the strict rules, by phase."""

    def expected(**said: object) -> dict[str, float]:
        values = {"worker": gpu0, "mode": Mode.ONE_SHOT, "model_config": strict}
        return history.earlier_s(Swap(**values | said))

    return expected


def test_of_the_first_swap_nothing_is_known(next_one):
    assert next_one() == {}


def test_each_phase_is_expected_to_take_its_median(swapped, next_one):
    for loading, checking in [(1.0, 4.0), (9.0, 5.0), (2.0, 60.0)]:
        swapped(loading=loading, checking=checking)
    assert next_one() == {"loading": 2.0, "checking": 5.0}


def test_a_phase_that_most_of_them_left_out_is_expected_to_take_no_time(swapped, next_one):
    swapped(preparing=20.0)
    swapped(preparing=20.0)
    swapped(preparing=0.0, loading=30.0)
    assert sum(next_one().values()) == 20.0


def test_only_the_last_of_them_count(swapped, next_one):
    for loading in [1000.0] * RECENT + [0.0, 1.0, 2.0, 3.0, 4.0]:
        swapped(loading=loading)
    assert next_one() == {"loading": 2.0}


def test_waiting_for_its_turn_is_no_part_of_it(swapped, next_one):
    swapped(queued=50.0, loading=3.0)
    assert next_one() == {"loading": 3.0}


@pytest.mark.parametrize("phase", NOT_WELL)
def test_what_did_not_go_well_tells_nothing(swapped, next_one, phase):
    swapped(phase, loading=3.0)
    assert next_one() == {}


def test_what_still_runs_tells_nothing(swapped, next_one):
    swapped(Phase.CHECKING, ended_at=None, loading=3.0)
    assert next_one() == {}


@pytest.mark.parametrize(("cold", "expected"), [(True, {"loading": 30.0}), (False, {"waking": 2.0})])
def test_cold_and_warm_are_told_apart(swapped, next_one, cold, expected):
    swapped(cold=True, loading=30.0)
    swapped(cold=False, waking=2.0)
    assert next_one(cold=cold) == expected


def test_another_machine_tells_nothing_about_this_one(swapped, next_one, live_worker):
    swapped(worker=live_worker("gpu1"), loading=3.0)
    assert next_one() == {}


def test_another_model_another_parser_and_another_mode_tell_nothing(swapped, next_one, balanced):
    swapped(model_config=balanced, loading=3.0)
    swapped(parser=balanced, loading=3.0)
    swapped(mode=Mode.HYBRID, loading=3.0)
    assert next_one() == {}


# From start to ready, as the choice of models tells it


def ready_after(swap: Swap, *, cold: bool) -> float | None:
    return History().median_seconds((swap.mode, swap.model_config_id, swap.parser_id), cold=cold)


def test_a_whole_swap_is_expected_to_take_the_median_of_the_last(swapped):
    for loading in [1000.0] * RECENT + [0.0, 1.0, 2.0, 3.0, 4.0]:
        last = swapped(queued=50.0, loading=loading, checking=1.0)
    assert ready_after(last, cold=False) == 3.0


def test_of_a_choice_cold_and_warm_are_told_apart_too(swapped):
    swap = swapped(cold=True, loading=30.0)
    assert (ready_after(swap, cold=True), ready_after(swap, cold=False)) == (30.0, None)


@pytest.mark.parametrize("phase", NOT_WELL)
def test_of_a_choice_nothing_is_known_from_what_did_not_go_well(swapped, phase):
    assert ready_after(swapped(phase, loading=3.0), cold=False) is None


def test_it_is_read_once_whatever_is_asked(swapped, django_assert_num_queries):
    swap = swapped(loading=3.0)
    with django_assert_num_queries(1):
        known = History()
        for cold in (True, False):
            known.median_seconds((swap.mode, swap.model_config_id, swap.parser_id), cold=cold)
