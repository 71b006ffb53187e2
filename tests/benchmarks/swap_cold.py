"""A cold swap: from the eviction of one engine to the first token of another that was on disk.

Ours is the worker's fleet, whose fork server has imported vLLM. A restart, in the same run: shut the
old AsyncLLM down and start a new one with vLLM's defaults, in a process that has none of our settings. Both
have a KV cache of 256 MiB (vLLM's default on a CPU is most of the memory) and float32 (CPUs without
instructions for bfloat16 would spend their time on vLLM's warm-up), and both are warm: files in the page
cache, one engine started before. Once with tiny checkpoints, once with one of 1 GB. Prints JSON lines
{"name", "value", "unit", "ratio", "against"}; the ratio is how many times quicker ours is.

Goal: ten times quicker with the tiny ones.
"""

import asyncio
import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from gpu_worker.engines.protocol import EngineSpec, Stay
from gpu_worker.tiny_checkpoints import LARGE, TINY, Size
from tests.benchmarks import _lines, _place

if TYPE_CHECKING:
    from gpu_worker.moves.fleet import Fleet

SWAPS, SWAPS_OF_THE_ANCESTOR = 6, 2
GOAL = 10.0
BOTH = {"kv_cache_memory_bytes": 256 << 20, "dtype": "float32"}
OURS = ("VLLM_", "OMP_", "TORCHDYNAMO_", "TOKENIZERS_", "WFC_")  # what our worker sets


def main(*folders: str) -> None:
    if folders:
        asyncio.run(restart(*folders))
        return
    if _lines.no_vllm():
        return
    with _place.opened():
        tiny = compared("tiny", TINY)
        compared("1_gb", LARGE)
    words = f"at least {GOAL:.0f} times quicker with tiny checkpoints"
    _lines.goal("swap_cold", tiny >= GOAL, tiny / GOAL, words)


def compared(label: str, size: Size) -> float:
    names = [_place.checkpoint(f"bench/{label}-{letter}", size, seed) for seed, letter in enumerate("ab")]
    ours_s = asyncio.run(ours(names))
    theirs_s = by_restart(names)
    times = theirs_s / ours_s
    _lines.show(f"swap_cold.{label}", ours_s, "s", times, "shutting vLLM down and starting it anew")
    _lines.show(f"swap_cold.{label}.anew", theirs_s, "s", 1.0, "itself")
    return times


async def ours(names: list[str]) -> float:
    """Seconds of a swap, the median of SWAPS."""
    from gpu_worker.core.residency import Budget
    from gpu_worker.engines.providers import engine
    from gpu_worker.moves.fleet import Fleet
    from tests.gpu_worker.fakes import Remembered

    specs = [spec(number, name) for number, name in enumerate(names, 1)]
    fleet = Fleet(engine, Budget(gpu_gib=100, host_gib=0), Remembered())
    try:
        one_gib = 0.0
        for each in specs:
            await fleet.unload([other.id for other in specs])
            await swap(fleet, each)
            one_gib = max(one_gib, fleet.memory()["gpu_held_gib"])
        fleet.budget = Budget(gpu_gib=1.1 * one_gib, host_gib=0)  # room for one
        return median([await swap(fleet, specs[number % 2]) for number in range(SWAPS)])
    finally:
        await fleet.close()


def spec(number: int, name: str) -> EngineSpec:
    return EngineSpec(
        id=number,
        name=name,
        provider="vllm",
        max_model_len=4096,
        engine_args=BOTH,
        stay=Stay(sleep_level=0),
    )


async def swap(fleet: "Fleet", spec: EngineSpec) -> float:
    """Seconds until the canary has been answered, as in every swap: more than the first token."""
    began_s = time.perf_counter()
    await fleet.make_room([spec])
    await fleet.bring([spec])
    await fleet.check([spec])
    took_s = time.perf_counter() - began_s
    assert list(fleet.tiers()) == [spec.id], "the other one was not evicted"
    return took_s


def by_restart(names: list[str]) -> float:
    """The same in a process of its own, with vLLM as it comes; what it found out of classes is kept."""
    folders = [str(_place.CHECKPOINTS / name) for name in names]
    command = [sys.executable, "-m", "tests.benchmarks.swap_cold", *folders]
    bare = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    quiet = {"VLLM_LOGGING_LEVEL": "ERROR", "VLLM_CACHE_ROOT": os.environ["VLLM_CACHE_ROOT"]}
    said = subprocess.run(
        command, cwd=_place.ROOT, env=bare | quiet, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(said.stdout.split()[-1])


async def restart(*folders: str) -> None:
    """Print the seconds from the shutdown of one engine to a token of the next, the median."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    from vllm import SamplingParams
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.v1.engine.async_llm import AsyncLLM

    async def started(folder: str) -> AsyncLLM:
        arguments = AsyncEngineArgs(model=folder, max_model_len=4096, disable_log_stats=True, **BOTH)
        engine = await asyncio.to_thread(AsyncLLM.from_engine_args, arguments)
        async for _ in engine.generate("one", SamplingParams(max_tokens=1), "first"):
            pass
        return engine

    engine = await started(folders[0])
    took_s = []
    for number in range(SWAPS_OF_THE_ANCESTOR):
        began_s = time.perf_counter()
        await asyncio.to_thread(engine.shutdown)
        engine = await started(folders[(number + 1) % 2])
        took_s.append(time.perf_counter() - began_s)
    await asyncio.to_thread(engine.shutdown)
    print(median(took_s))


if __name__ == "__main__":
    main(*sys.argv[1:])
