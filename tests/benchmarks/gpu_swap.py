"""Cold and warm swaps on a CUDA GPU: two models of 7 and 8 billion random weights, through the worker's fleet.

    make bench NAME=gpu_swap
    python -m tests.benchmarks.gpu_swap --layers 4        (smaller, for a first try)

Needs a CUDA GPU with 40 GiB or more, 64 GiB of host memory and 35 GB of disk; says so and ends without a GPU.
The weights are made here, once, and kept under the system's temporary folder; nothing is fetched. The engines
are the product's own, with the memory that it gives them; one of them fits awake. Bandwidth is measured in
the same run, from pinned host memory to the GPU: no wake can be quicker than bytes / bandwidth.

A cold load is disk to canary, with vLLM's compiling and the first sleep, which pins host memory. A warm swap
puts one model to sleep and wakes the other; its first token is of a résumé's prompt that nothing has cached.
Prints JSON lines {"name", "value", "unit", "ratio", "against"} and a row for docs/performance.md.

Goals: wake to first token in at most 1.5 × bytes / bandwidth + 0.3 s; the peak of GPU memory in a warm swap
at most 1.05 × one model.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from gpu_worker import tiny_checkpoints
from tests.benchmarks import _lines, _place

DRIVER = Path("/proc/driver/nvidia/gpus")
SWAPS = 8
ENOUGH_S = 420.0  # from the start: no further swap begins after that
SHARE = 0.85  # of the GPU's memory, as config/models.yaml gives it to models of this size
GOAL_FACTOR, GOAL_BASE_S, GOAL_PEAK = 1.5, 0.3, 1.05
HOST_GIB = 64.0  # beds for both: vLLM's pinned blocks may be rounded up to powers of two
SHARD_BYTES = 2 * 10**9
GIB = 2**30

Shape = dict[str, Any]

COMMON: Shape = {"vocab_size": 152064, "max_position_embeddings": 32768, "tie_word_embeddings": False}
SHAPES: dict[str, Shape] = {
    "bench/qwen2.5-7b": COMMON
    | {
        "model_type": "qwen2",
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
    },
    "bench/qwen3-8b": COMMON
    | {
        "model_type": "qwen3",
        "hidden_size": 4096,
        "intermediate_size": 12288,
        "num_hidden_layers": 36,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": 128,
    },
}


@dataclass(frozen=True, kw_only=True)
class Load:
    """Disk to canary; the first sleep is within."""

    seconds: float
    first_sleep_s: float


@dataclass(frozen=True, kw_only=True)
class Swap:
    """`least_s` is what copying the weights takes at the bandwidth; `peak_gib` is of the whole swap."""

    sleep_s: float
    wake_s: float
    first_token_s: float
    least_s: float
    peak_gib: float

    @property
    def woken_s(self) -> float:
        return self.wake_s + self.first_token_s

    @property
    def limit_s(self) -> float:
        return GOAL_FACTOR * self.least_s + GOAL_BASE_S


@dataclass(frozen=True, kw_only=True)
class Found:
    """`one_gib` is what the larger model takes awake, as the fleet has measured it."""

    loads: list[Load]
    swaps: list[Swap]
    one_gib: float
    bytes_per_s: float


def main(*arguments: str) -> None:
    began_s = time.monotonic()
    options = _options(arguments)
    if options.build:
        build(Path(options.build[0]), json.loads(options.build[1]))
    elif not any(DRIVER.glob("*")):
        print("Not measured: gpu_swap needs a CUDA GPU, and this machine has none.")
    elif options.bandwidth:
        print(bandwidth_bytes_per_s())
    elif not _lines.no_vllm():
        names = [made(name, shape, options.layers) for name, shape in SHAPES.items()]
        bytes_per_s = float(_alone("--bandwidth").split()[-1])
        with _place.opened():
            tell(asyncio.run(measure(names, bytes_per_s, until_s=began_s + ENOUGH_S)))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gpu_swap", description="Swaps of two large models on a CUDA GPU.")
    parser.add_argument("--layers", type=int, help="of each model (default: 28 and 36)")
    parser.add_argument("--build", nargs=2, metavar=("FOLDER", "SHAPE"), help=argparse.SUPPRESS)
    parser.add_argument("--bandwidth", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


# Weights


def made(name: str, shape: Shape, layers: int | None) -> str:
    """Build the checkpoint unless an earlier run did; return its name."""
    if layers:
        name, shape = f"{name}-{layers}-layers", shape | {"num_hidden_layers": layers}
    folder = _place.CHECKPOINTS / name
    if not (folder / "config.json").exists():
        _alone("--build", str(folder), json.dumps(shape))
    return name


def _alone(*arguments: str) -> str:
    """Run a part of this in a process of its own, so that no GPU memory of it is left."""
    command = [sys.executable, "-m", "tests.benchmarks.gpu_swap", *arguments]
    return subprocess.run(command, cwd=_place.ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def build(folder: Path, shape: Shape) -> None:
    """Write a checkpoint: random bfloat16 in shards, ones where a norm is, config.json last.

    The tokenizer has fewer words than the model has rows: prompts are text, and nobody reads the answers.
    """
    import torch
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoModelForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    tiny_checkpoints.tokenizer([]).save_pretrained(folder)
    known = {key: value for key, value in shape.items() if key != "model_type"}
    config = AutoConfig.for_model(shape["model_type"], **known, eos_token_id=2, pad_token_id=0)
    with torch.device("meta"):  # its names and sizes, without a byte of it
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    config.architectures = [type(model).__name__]
    drawn_on = "cuda" if torch.cuda.is_available() else "cpu"
    file_of: dict[str, str] = {}
    for number, names in enumerate(_shards(model), 1):
        shard = {name: _random(model.get_parameter(name).shape, drawn_on) for name in names}
        file = f"model-{number:05d}.safetensors"
        save_file(shard, folder / file, metadata={"format": "pt"})
        file_of |= dict.fromkeys(names, file)
    index = {"metadata": {}, "weight_map": file_of}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    config.save_pretrained(folder)


def _shards(model: Any) -> list[list[str]]:
    """The names of its parameters in groups of about SHARD_BYTES."""
    shards: list[list[str]] = [[]]
    held_bytes = 0
    for name, parameter in model.named_parameters():
        if held_bytes >= SHARD_BYTES:
            shards.append([])
            held_bytes = 0
        shards[-1].append(name)
        held_bytes += parameter.nbytes
    return shards


def _random(shape: Sequence[int], drawn_on: str) -> Any:
    import torch

    if len(shape) == 1:  # a norm, or the bias of a projection
        return torch.ones(shape, dtype=torch.bfloat16)
    return torch.empty(shape, dtype=torch.bfloat16, device=drawn_on).normal_(0, 0.02).cpu()


# Measuring


def bandwidth_bytes_per_s() -> float:
    """From pinned host memory to the GPU, the median of ten copies of 2 GiB."""
    import torch

    host = torch.empty(2 * GIB, dtype=torch.uint8, pin_memory=True)
    gpu = torch.empty(2 * GIB, dtype=torch.uint8, device="cuda")
    took_s = []
    for _ in range(11):
        torch.cuda.synchronize()
        began_s = time.perf_counter()
        gpu.copy_(host, non_blocking=True)
        torch.cuda.synchronize()
        took_s.append(time.perf_counter() - began_s)
    return 2 * GIB / median(took_s[1:])


class Peak(threading.Thread):
    """The most GPU memory that was used since it was set to 0, looked at every 5 ms; by NVML."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.gib = 0.0

    def run(self) -> None:
        from gpu_worker import memory

        while True:
            self.gib = max(self.gib, memory.gpu_used_gib())
            time.sleep(0.005)


async def measure(names: Sequence[str], bytes_per_s: float, until_s: float) -> Found:
    """Load all, then swap to and fro; of `names`, the last is awake when the swaps begin."""
    from gpu_worker import memory
    from gpu_worker.core.residency import Budget
    from gpu_worker.engines.vllm import weights
    from gpu_worker.moves.fleet import Fleet
    from tests.gpu_worker.fakes import Remembered

    specs = [_spec(number, name) for number, name in enumerate(names, 1)]
    sizes = {spec.id: weights.find(spec.name).size_bytes for spec in specs}
    before_gib = memory.gpu_used_gib()
    fleet = Fleet(
        _timed_engine(), Budget(gpu_gib=memory.measured_budget().gpu_gib, host_gib=HOST_GIB), Remembered()
    )
    peak = Peak()
    peak.start()
    try:
        loads = [await _loaded(fleet, spec) for spec in specs]
        awake_gib = [takes["gpu_gib"] for takes in fleet.memory()["engines"].values()]
        fleet.budget = Budget(gpu_gib=0.9 * sum(awake_gib), host_gib=HOST_GIB)  # never both, however small
        await _swapped(fleet, specs[0], peak)  # the first one puts things in their places
        swaps: list[Any] = []
        for number in range(SWAPS):
            if time.monotonic() > until_s and swaps:
                break
            spec = specs[(number + 1) % len(specs)]
            took = await _swapped(fleet, spec, peak)
            least_s, peak_gib = sizes[spec.id] / bytes_per_s, peak.gib - before_gib
            swaps.append(Swap(**took, least_s=least_s, peak_gib=peak_gib))
    finally:
        await fleet.close()
    return Found(loads=loads, swaps=swaps, one_gib=max(awake_gib), bytes_per_s=bytes_per_s)


def _spec(number: int, name: str) -> Any:
    from gpu_worker.engines.protocol import EngineSpec

    arguments = {"dtype": "bfloat16"}
    return EngineSpec(
        id=number,
        name=name,
        provider="vllm",
        max_model_len=8192,
        gpu_memory_utilization=SHARE,
        engine_args=arguments,
    )


def _timed_engine() -> Any:
    """The product's engine, with a stopwatch at its sleep, and a first token that can be asked for."""
    from candidates.evaluations import prompts
    from gpu_worker.engines.vllm.chat import greedy
    from gpu_worker.engines.vllm.engine import VllmEngine

    class Timed(VllmEngine):
        slept_s: float = 0.0
        asked: int = 0

        async def sleep(self) -> None:
            began_s = time.perf_counter()
            await super().sleep()
            self.slept_s = time.perf_counter() - began_s

        async def first_token(self) -> None:
            self.asked += 1
            page = f"Applicant {self.asked}\n" + f"Built service {self.asked} in Python and SQL. " * 50
            prompt = self._chat().prompt(prompts.decide("Developer", "Python, SQL.", [page]))
            await self._finish(prompt, greedy(1))

    return Timed


async def _loaded(fleet: Any, spec: Any) -> Load:
    began_s = time.perf_counter()
    await fleet.make_room([spec])
    await fleet.bring([spec])
    await fleet.check([spec])
    return Load(seconds=time.perf_counter() - began_s, first_sleep_s=fleet[spec.id].slept_s)


async def _swapped(fleet: Any, spec: Any, peak: Peak) -> dict[str, float]:
    """Seconds of the parts. The canary is asked as in every swap, after the first token here."""
    peak.gib = 0.0
    sleep_s = await _timed(fleet.make_room([spec]))
    assert "gpu" not in fleet.tiers().values(), "the other one did not go to sleep"
    wake_s = await _timed(fleet.bring([spec]))
    first_token_s = await _timed(fleet[spec.id].first_token())
    await fleet.check([spec])
    return {"sleep_s": sleep_s, "wake_s": wake_s, "first_token_s": first_token_s}


async def _timed(work: Awaitable[object]) -> float:
    began_s = time.perf_counter()
    await work
    return time.perf_counter() - began_s


# Telling


def tell(found: Found) -> None:
    loads, swaps = found.loads, found.swaps
    cold_s, first_sleep_s = median(one.seconds for one in loads), median(one.first_sleep_s for one in loads)
    sleep_s, wake_s = median(one.sleep_s for one in swaps), median(one.wake_s for one in swaps)
    woken_s, limit_s = median(one.woken_s for one in swaps), median(one.limit_s for one in swaps)
    least_s = median(one.least_s for one in swaps)
    slowest_s = max(one.woken_s for one in swaps)
    peak_gib = max(one.peak_gib for one in swaps)
    share, peak = median(one.woken_s / one.limit_s for one in swaps), peak_gib / found.one_gib
    copy = "bytes / bandwidth"
    _lines.show("gpu_swap.bandwidth", found.bytes_per_s / 1e9, "GB/s", 1.0, "itself")
    _lines.show("gpu_swap.cold_load", cold_s, "s", cold_s / woken_s, "wake to first token")
    _lines.show("gpu_swap.first_sleep", first_sleep_s, "s", first_sleep_s / least_s, copy)
    _lines.show("gpu_swap.sleep", sleep_s, "s", sleep_s / least_s, copy)
    _lines.show("gpu_swap.wake", wake_s, "s", wake_s / least_s, copy)
    _lines.show("gpu_swap.wake_to_first_token", woken_s, "s", woken_s / least_s, copy)
    _lines.show("gpu_swap.wake_to_first_token.slowest", slowest_s, "s", slowest_s / least_s, copy)
    _lines.show("gpu_swap.peak", peak_gib, "GiB", peak, "one model")
    words = f"wake to first token within {GOAL_FACTOR} × bytes / bandwidth + {GOAL_BASE_S} s"
    _lines.goal("gpu_swap.wake", share <= 1, share, words)
    _lines.goal("gpu_swap.peak", peak <= GOAL_PEAK, peak / GOAL_PEAK, f"at most {GOAL_PEAK} × one model")
    times = [cold_s, first_sleep_s, sleep_s, wake_s, woken_s, limit_s]
    print(_row(found.bytes_per_s / 1e9, [f"{time_s:.2f}" for time_s in times], peak))


def _row(gb_per_s: float, times: list[str], peak: float) -> str:
    """For docs/performance.md."""
    from gpu_worker import memory

    today = datetime.now(UTC).date().isoformat()
    cells = [memory.device_name(), today, f"{gb_per_s:.1f}", *times, f"{peak:.2f}"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(*sys.argv[1:])
