"""Benchmarks where they cannot run, and what they print. What they measure is no matter of tests."""

import importlib
import json
from pathlib import Path

import pytest

from gpu_worker.core.scheduler import Pace
from tests.benchmarks import _hybrid, _lines, gpu_swap, schedule
from tests.benchmarks._hybrid import Measured, Straight
from tests.benchmarks._lower_bound import lower_bound_s
from tests.benchmarks.gpu_swap import Found, Load, Swap
from tests.measure import scripts

WITH_VLLM = ["batching", "engine_overhead", "swap_cold", "swap_control"]
PERFORMANCE = Path(__file__).parents[2] / "docs" / "performance.md"


@pytest.fixture
def no_gpu(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(gpu_swap, "DRIVER", tmp_path)


@pytest.fixture
def found() -> Found:
    """A wake in 0.9 s where copying takes 0.5 s, and a peak of 1.02 models."""
    swap = Swap(sleep_s=0.6, wake_s=0.8, first_token_s=0.1, least_s=0.5, peak_gib=71.4)
    return Found(loads=[Load(seconds=50, first_sleep_s=9)], swaps=[swap, swap], one_gib=70, bytes_per_s=30e9)


@pytest.mark.parametrize("name", WITH_VLLM)
def test_without_vllm_a_benchmark_says_so_and_ends(name, monkeypatch, capsys):
    benchmark = importlib.import_module(f"tests.benchmarks.{name}")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    benchmark.main()
    assert capsys.readouterr().out.startswith("Not measured: vLLM is not installed")


def test_without_vllm_the_scheduler_is_simulated_alone(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    schedule.real()
    assert capsys.readouterr().out.startswith("Left out, what is measured: vLLM is not installed")


@pytest.fixture
def batch_in_vllm() -> Measured:
    """20 résumés that take 10 s straight, and a worker that takes 10.4 s."""
    pace = Pace(fixed_s=0.4, each_s=0.1, most=8)
    straight = Straight(parse_s=2.9, switch_s=0.1, decide_s=7.0)
    return Measured(
        count=20, straight=[straight], cold_s=2.0, parse=pace, decide=pace, worker_s=10.4, switches=1
    )


def test_a_batch_in_real_engines_is_held_against_the_same_straight_to_them(batch_in_vllm, capsys):
    schedule.tell(batch_in_vllm)
    lines = lines_of(capsys.readouterr().out)
    assert lines["schedule.vllm.worker"]["ratio"] == 1.04
    assert lines["schedule.vllm.goal"]["value"] is True


def test_a_pace_is_the_line_through_one_alone_and_many_together():
    pace = _hybrid.pace(alone_s=0.5, share_s=0.15, most=8)
    assert (pace.batch_s(1), pace.share_s) == (pytest.approx(0.5), pytest.approx(0.15))


def test_without_a_gpu_swaps_on_one_are_not_measured(no_gpu, capsys):
    gpu_swap.main()
    said = capsys.readouterr().out
    assert said == "Not measured: gpu_swap needs a CUDA GPU, and this machine has none.\n"


def test_every_benchmark_is_named_in_the_documentation():
    names = [path.stem for path in scripts()]
    text = PERFORMANCE.read_text()
    assert [name for name in names if f"`{name}`" not in text] == []


def lines_of(said: str) -> dict[str, dict]:
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return {line["name"]: line for line in lines}


def test_every_line_says_what_it_stands_against(found, capsys):
    gpu_swap.tell(found)
    for line in lines_of(capsys.readouterr().out).values():
        assert line.keys() == {"name", "value", "unit", "ratio", "against"}


def test_a_wake_is_held_against_the_bandwidth(found, capsys):
    gpu_swap.tell(found)
    lines = lines_of(capsys.readouterr().out)
    assert lines["gpu_swap.wake_to_first_token"]["ratio"] == 1.8
    assert lines["gpu_swap.wake.goal"]["value"] is True  # 0.9 s of 1.5 × 0.5 s + 0.3 s


def test_the_peak_is_held_against_one_model(found, capsys):
    gpu_swap.tell(found)
    goal = lines_of(capsys.readouterr().out)["gpu_swap.peak.goal"]
    assert (goal["value"], goal["ratio"]) == (True, _lines.digits(1.02 / 1.05))


def test_its_row_fits_the_table_of_the_documentation(found, capsys):
    gpu_swap.tell(found)
    row = capsys.readouterr().out.splitlines()[-1]
    header = next(line for line in PERFORMANCE.read_text().splitlines() if line.startswith("| GPU |"))
    assert row.count("|") == header.count("|")
    assert row.endswith("| 30.0 | 50.00 | 9.00 | 0.60 | 0.80 | 0.90 | 1.05 | 1.02 |")


@pytest.mark.parametrize("policy", schedule.POLICIES)
def test_simulations_end_with_every_policy_and_never_before_the_lower_bound(policy):
    resumes = schedule.batch(30, over_s=60)
    paces = schedule.PACES[schedule.PARSER], schedule.PACES[schedule.REASONER]
    bound_s = lower_bound_s([resume.at_s for resume in resumes], *paces, 3.0)
    assert schedule.run(schedule.POLICIES[policy], 3.0, resumes, 90.0).makespan_s >= bound_s
