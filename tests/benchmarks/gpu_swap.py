"""Warm and cold swaps on a CUDA GPU: two models of 7-8 billion random weights through the worker's own fleet.

    make bench NAME=gpu_swap        (or: python -m tests.benchmarks.gpu_swap [LAYERS], fewer for a first try)

Needs a CUDA GPU with 40 GiB or more, 64 GiB of host memory and 35 GB of disk; says so and ends without one.
Bandwidth from host to GPU is measured in the same run, with pinned memory: it is what a wake cannot beat.
Prints JSON lines {"name", "value", "unit", "ratio", "against"} and a row for docs/performance.md.

Goals: wake to first token in at most 1.5 × bytes / bandwidth + 0.3 s; the peak of GPU memory in a warm swap
at most 1.05 × one model.
"""

import asyncio
import json
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from gpu_worker import tiny_checkpoints
from tests.benchmarks import _lines, _place

SWAPS = 6
KV_CACHE_GIB = 8
GOAL_FACTOR, GOAL_BASE_S, GOAL_PEAK = 1.5, 0.3, 1.05
SHARD_BYTES = 2 * 10**9
GIB = 2**30

COMMON = {"vocab_size": 152064, "max_position_embeddings": 32768, "tie_word_embeddings": False}
SHAPES: dict[str, dict[str, Any]] = {
    "bench/qwen2-7b": COMMON
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


def main(*arguments: str) -> None:
    if arguments and arguments[0] == "--build":
        build(Path(arguments[1]), json.loads(arguments[2]))
        return
    if arguments and arguments[0] == "--bandwidth":
        print(bandwidth_bytes_per_s())
        return
    if not any(Path("/proc/driver/nvidia/gpus").glob("*")):
        print("Not measured: gpu_swap needs a CUDA GPU, and this machine has none.")
        return
    if _lines.no_vllm():
        return
    shapes = SHAPES
    if arguments:
        fewer = {"num_hidden_layers": int(arguments[0])}
        shapes = {f"{name}-{arguments[0]}": shape | fewer for name, shape in SHAPES.items()}
    for name, shape in shapes.items():
        if not (_place.CHECKPOINTS / name / "config.json").exists():
            _alone("--build", str(_place.CHECKPOINTS / name), json.dumps(shape))
    bytes_per_s = float(_alone("--bandwidth").split()[-1])
    with _place.opened():
        tell(asyncio.run(measure(list(shapes))), bytes_per_s)


def _alone(*arguments: str) -> str:
    """Run a part of this in a process of its own, so that none of its GPU memory is left to us."""
    command = [sys.executable, "-m", "tests.benchmarks.gpu_swap", *arguments]
    return subprocess.run(command, cwd=_place.ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def build(folder: Path, shape: dict[str, Any]) -> None:
    """Write a checkpoint of `shape`: random bfloat16 in shards, norms of one, config.json last."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoModelForCausalLM

    folder.mkdir(parents=True, exist_ok=True)
    tiny_checkpoints.tokenizer([]).save_pretrained(folder)
    shape = dict(shape)
    config = AutoConfig.for_model(shape.pop("model_type"), **shape, eos_token_id=2, pad_token_id=0)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    config.architectures = [type(model).__name__]
    place = "cuda" if torch.cuda.is_available() else "cpu"
    shard: dict[str, Any] = {}
    files: dict[str, str] = {}
    held = 0
    names = [name for name, _ in model.named_parameters()]
    for name in names:
        like = model.get_parameter(name)
        if like.dim() == 1:
            tensor = torch.ones(like.shape, dtype=torch.bfloat16)
        else:
            tensor = (torch.randn(like.shape, dtype=torch.bfloat16, device=place) * 0.02).cpu()
        shard[name], held = tensor, held + tensor.nbytes
        if held >= SHARD_BYTES or name == names[-1]:
            file = f"model-{len(set(files.values())) + 1:05d}.safetensors"
            save_file(shard, folder / file, metadata={"format": "pt"})
            files |= dict.fromkeys(shard, file)
            shard, held = {}, 0
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": files}))
    config.save_pretrained(folder)


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
    """The most GPU memory that was used since `reset`, looked at every 10 ms."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.gib = 0.0

    def reset(self) -> None:
        self.gib = 0.0

    def run(self) -> None:
        from gpu_worker import memory

        while True:
            self.gib = max(self.gib, memory.gpu_used_gib())
            time.sleep(0.01)


async def measure(names: list[str]) -> dict[str, float]:
    """Seconds and GiB: cold loads, then SWAPS warm swaps to and fro, medians."""
    from gpu_worker import memory
    from gpu_worker.engines.protocol import EngineSpec
    from gpu_worker.engines.providers import engine
    from gpu_worker.engines.vllm import weights
    from gpu_worker.fleet import Fleet
    from gpu_worker.residency import Budget
    from tests.worker.fakes import Remembered

    arguments = {"kv_cache_memory_bytes": KV_CACHE_GIB * GIB, "dtype": "bfloat16"}
    specs = [
        EngineSpec(
            id=number,
            name=name,
            provider="vllm",
            max_model_len=4096,
            gpu_memory_utilization=0.8,
            engine_args=arguments,
        )
        for number, name in enumerate(names, 1)
    ]
    used_before_gib = memory.gpu_used_gib()
    # Beds for both: pinned memory is rounded up to powers of two.
    beds_gib = 5 * max(weights.find(name).gib for name in names)
    fleet = Fleet(engine, Budget(gpu_gib=memory.measured_budget().gpu_gib, host_gib=beds_gib), Remembered())
    peak = Peak()
    peak.start()
    found: dict[str, list[float]] = {"sleep_s": [], "wake_s": [], "first_token_s": [], "peak_gib": []}
    try:
        cold_s = [await _timed(_bring(fleet, spec)) for spec in specs]
        one_gib = max(footprint["gpu_gib"] for footprint in fleet.memory()["engines"].values())
        fleet.budget = Budget(gpu_gib=1.3 * one_gib, host_gib=beds_gib)  # room for one awake
        for number in range(SWAPS):
            spec = specs[number % 2]  # the second one is awake
            peak.reset()
            found["sleep_s"].append(await _timed(fleet.make_room([spec])))
            found["wake_s"].append(await _timed(fleet.bring([spec])))
            found["first_token_s"].append(await _timed(fleet[spec.id]._warm_up()))  # type: ignore[attr-defined]
            found["peak_gib"].append(peak.gib - used_before_gib)
            await fleet.check([spec])
        size_bytes = max(weights.find(name).size_bytes for name in names)
    finally:
        await fleet.close()
    medians = {key: median(values) for key, values in found.items()}
    return medians | {"cold_s": median(cold_s), "one_gib": one_gib, "bytes": float(size_bytes)}


async def _bring(fleet: Any, spec: Any) -> None:
    await fleet.make_room([spec])
    await fleet.bring([spec])
    await fleet.check([spec])


async def _timed(work: Any) -> float:
    began_s = time.perf_counter()
    await work
    return time.perf_counter() - began_s


def tell(found: dict[str, float], bytes_per_s: float) -> None:
    from gpu_worker import memory

    least_s = found["bytes"] / bytes_per_s
    woken_s = found["wake_s"] + found["first_token_s"]
    limit_s = GOAL_FACTOR * least_s + GOAL_BASE_S
    copy = "bytes / bandwidth"
    _lines.show("gpu_swap.bandwidth", bytes_per_s / 1e9, "GB/s", 1.0, "itself")
    _lines.show("gpu_swap.cold_load", found["cold_s"], "s", found["cold_s"] / woken_s, "wake to first token")
    _lines.show("gpu_swap.sleep", found["sleep_s"], "s", found["sleep_s"] / least_s, copy)
    _lines.show("gpu_swap.wake", found["wake_s"], "s", found["wake_s"] / least_s, copy)
    _lines.show("gpu_swap.wake_to_first_token", woken_s, "s", woken_s / least_s, copy)
    peak = found["peak_gib"] / found["one_gib"]
    _lines.show("gpu_swap.peak", found["peak_gib"], "GiB", peak, "one model")
    words = "wake to first token within 1.5 × bytes / bandwidth + 0.3 s"
    _lines.goal("gpu_swap.wake", woken_s <= limit_s, woken_s / limit_s, words)
    _lines.goal("gpu_swap.memory", peak <= GOAL_PEAK, peak / GOAL_PEAK, "peak at most 1.05 × one model")
    cells = [
        memory.device_name(),
        datetime.now(UTC).date().isoformat(),
        f"{bytes_per_s / 1e9:.1f}",
        f"{found['cold_s']:.1f}",
        f"{found['sleep_s']:.2f}",
        f"{found['wake_s']:.2f}",
        f"{woken_s:.2f}",
        f"{limit_s:.2f}",
        f"{peak:.2f}",
    ]
    print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
