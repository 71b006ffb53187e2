"""Who is on the GPU, who sleeps in host memory, and who leaves to make room."""

import pytest

from gpu_worker.core.residency import Budget, DoesNotFit, Resident, Step, Tier, plan

BUDGET = Budget(gpu_gib=20, host_gib=32)


def engine(id_: int, tier: Tier, gpu_gib: float = 15, host_gib: float | None = 16, **more) -> Resident:
    return Resident(id=id_, tier=tier, gpu_gib=gpu_gib, host_gib=host_gib, **more)


def moves(steps: list[Step]) -> list[str]:
    return [f"{step.move} {step.id}" for step in steps]


def test_what_is_awake_already_needs_nothing():
    assert plan([1], [engine(1, Tier.GPU)], BUDGET) == []


def test_what_fits_beside_the_others_sends_nobody_away():
    residents = [engine(1, Tier.GPU, gpu_gib=10), engine(2, Tier.DISK, gpu_gib=10)]
    assert moves(plan([2], residents, BUDGET)) == ["load 2"]


def test_a_sleeper_is_woken_rather_than_loaded():
    assert moves(plan([1], [engine(1, Tier.HOST)], BUDGET)) == ["wake 1"]


def test_the_awake_one_sleeps_for_the_target():
    assert moves(plan([2], [engine(1, Tier.GPU), engine(2, Tier.HOST)], BUDGET)) == ["sleep 1", "wake 2"]


def test_the_longest_unused_leaves_first():
    residents = [
        engine(1, Tier.GPU, gpu_gib=8, last_used_s=200),
        engine(2, Tier.GPU, gpu_gib=8, last_used_s=100),
        engine(3, Tier.DISK, gpu_gib=10),
    ]
    assert moves(plan([3], residents, BUDGET)) == ["sleep 2", "load 3"]


def test_pinned_engines_stay():
    residents = [
        engine(1, Tier.GPU, gpu_gib=8, last_used_s=200),
        engine(2, Tier.GPU, gpu_gib=8, last_used_s=100, pinned=True),
        engine(3, Tier.DISK, gpu_gib=10),
    ]
    assert moves(plan([3], residents, BUDGET)) == ["sleep 1", "load 3"]


def test_what_cannot_sleep_is_unloaded():
    residents = [engine(1, Tier.GPU, host_gib=None), engine(2, Tier.DISK)]
    assert moves(plan([2], residents, BUDGET)) == ["unload 1", "load 2"]


def test_where_host_memory_is_short_the_longest_unused_sleeper_leaves_it():
    residents = [
        engine(1, Tier.GPU, last_used_s=300),
        engine(2, Tier.HOST, last_used_s=100),
        engine(3, Tier.HOST, last_used_s=200),
        engine(4, Tier.DISK),
    ]
    assert moves(plan([4], residents, BUDGET)) == ["unload 2", "sleep 1", "load 4"]


def test_no_sleeper_is_driven_out_for_one_that_would_not_fit_even_then():
    residents = [engine(1, Tier.GPU, host_gib=40), engine(2, Tier.HOST), engine(3, Tier.DISK)]
    assert moves(plan([3], residents, BUDGET)) == ["unload 1", "load 3"]


def test_what_sleepers_still_hold_on_the_gpu_is_counted():
    residents = [engine(1, Tier.HOST, asleep_gpu_gib=6), engine(2, Tier.DISK)]
    assert moves(plan([2], residents, BUDGET)) == ["unload 1", "load 2"]


def test_a_pair_that_fits_together_is_awake_together():
    residents = [
        engine(1, Tier.GPU),
        engine(2, Tier.DISK, gpu_gib=4),
        engine(3, Tier.HOST, gpu_gib=14),
    ]
    assert moves(plan([2, 3], residents, BUDGET)) == ["load 2", "sleep 1", "wake 3"]


def test_what_cannot_fit_is_refused_with_the_arithmetic():
    residents = [engine(1, Tier.GPU, pinned=True), engine(2, Tier.DISK)]
    with pytest.raises(DoesNotFit, match=r"needs 15\.0 GiB.* 20\.0 GiB.*pinned models keep 15\.0 GiB"):
        plan([2], residents, BUDGET)


def test_engines_without_weights_never_send_anybody_away():
    residents = [engine(1, Tier.GPU), engine(2, Tier.DISK, gpu_gib=0, host_gib=None)]
    assert moves(plan([2], residents, BUDGET)) == ["load 2"]
