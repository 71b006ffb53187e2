"""The worker as a process of its own, with real engines: killed, told to stop, and what it leaves behind."""

import contextlib
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from candidates.models import Evaluation, EvaluationStatus
from models_admin.models import GpuWorker, ModelConfig, Phase, Swap
from tests.gpu_worker.looking import count, serving, wish_now
from tests.seen import eventually, has_ended
from tests.worker_process import running_worker, started_worker

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("redis"),
]


@pytest.fixture
def environment(checkpoints, tmp_path_factory) -> dict[str, str]:
    return {
        "WFC_MODELS_DIR": str(checkpoints),
        "WFC_GPU_BUDGET_GIB": "0.45",
        "WFC_HOST_BUDGET_GIB": "4",
        "WFC_LEASE_S": "5",
        "WFC_DRAIN_S": "1",
        "TMPDIR": tempfile.gettempdir(),  # engines in this process have set theirs
    }


@pytest.fixture
def running(environment) -> Callable[..., contextlib.AbstractContextManager[psutil.Process]]:
    """A worker that serves; its process."""

    @contextlib.contextmanager
    def run(**changes: str) -> Iterator[psutil.Process]:
        with running_worker(limit_s=150, **{**environment, **changes}) as row:
            yield psutil.Process(row.pid)

    return run


def engines_of(worker: psutil.Process) -> list[psutil.Process]:
    """All that the worker has started, the fork server and what that has forked."""
    return worker.children(recursive=True)


def scratch_of(pid: int) -> list[Path]:
    """What the worker has for the sockets of its engines."""
    return list(Path(tempfile.gettempdir()).glob(f"wfc-engines-{pid}-*"))


def all_gone(processes: list[psutil.Process]) -> bool:
    return all(has_ended(each) for each in processes)


def test_a_killed_worker_leaves_no_process_and_its_successor_takes_over(text_a, waiting, running):
    for letter in "abcdef":
        waiting(letter)
    with running() as worker:
        eventually(lambda: count("running") > 1)
        left = engines_of(worker)
        assert len(left) >= 2
        worker.kill()
        eventually(lambda: all_gone(left))
        assert scratch_of(worker.pid)
    with running() as successor:
        eventually(lambda: count("succeeded") == 6)
        assert not scratch_of(worker.pid)
    assert not scratch_of(successor.pid)
    assert not Evaluation.objects.filter(failures__gt=0).exists()


def test_a_worker_killed_while_swapping_comes_back_with_the_last_ready_model(text_a, text_b, running):
    with running() as worker:
        wish_now(text_b)
        eventually(lambda: Swap.objects.filter(phase__in=[Phase.MAKING_ROOM, Phase.LOADING]).exists())
        left = engines_of(worker)
        worker.kill()
        eventually(lambda: all_gone(left))
    with running():
        assert serving("tiny/text-a")()
    assert Swap.objects.get().phase == Phase.INTERRUPTED


def test_told_to_stop_while_generating_it_puts_back_what_does_not_finish(text_a, waiting, running):
    ModelConfig.objects.update(engine_args={**text_a.engine_args, "max_num_seqs": 1})
    for letter in "abcdefgh":
        waiting(letter)
    with running(WFC_DRAIN_S="0.1") as worker:
        eventually(lambda: count("running") > 0)
        left = engines_of(worker)
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        eventually(lambda: all_gone(left))
    assert GpuWorker.objects.get().status == GpuWorker.Status.STOPPED
    assert count("running") == 0
    assert count("queued") > 0
    assert not Evaluation.objects.filter(failures__gt=0).exists()
    assert not Evaluation.objects.filter(status=EvaluationStatus.FAILED).exists()


def test_told_to_stop_it_finishes_what_it_can_within_its_grace(text_a, waiting, running):
    for letter in "abc":
        waiting(letter)
    with running(WFC_DRAIN_S="30") as worker:
        eventually(lambda: count("running") > 0)
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    assert count("succeeded") > 0
    assert count("running") == 0


def test_told_to_stop_while_swapping_it_leaves_within_its_grace(text_a, text_b, running):
    with running() as worker:
        wish_now(text_b)
        eventually(lambda: Swap.objects.filter(phase=Phase.LOADING).exists(), every_s=0.005)
        left = engines_of(worker)
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
        eventually(lambda: all_gone(left))
    assert Swap.objects.get().phase in (Phase.INTERRUPTED, Phase.READY)


def test_told_to_stop_while_it_is_still_starting_it_leaves_at_once(text_a, environment):
    with started_worker(**environment) as process:
        eventually(lambda: engines_of(psutil.Process(process.pid)))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert GpuWorker.objects.get().status == GpuWorker.Status.STOPPED
