"""A cold swap, from the eviction of one engine to the first token of another that was on disk.

Ours: the worker's fleet, whose fork server has imported vLLM. The ancestor's way, in the same run: shut the
old engine down and start a new one with vLLM's defaults. Once with tiny checkpoints, once with 1 GB. Prints
JSON lines {"name", "value", "unit", "ratio", "against"}; the ratio is how many times quicker ours is.

Goal: ten times quicker with the tiny ones.
"""

import asyncio
import subprocess
import sys
import time
from statistics import median

from gpu_worker.tiny_checkpoints import LARGE, TINY, Size
from tests.benchmarks import _lines, _place

SWAPS = 4
GOAL = 10.0
OTHER = "the ancestor's way"


def main() -> None:
    if len(sys.argv) > 1:
        asyncio.run(ancestor(*sys.argv[1:]))
        return
    if _lines.no_vllm():
        return
    with _place.opened(OMP_NUM_THREADS="2"):
        tiny = compared("tiny", TINY)
        compared("1_gb", LARGE)
    words = f"at least {GOAL:.0f} times quicker with tiny checkpoints"
    _lines.goal("swap_cold", tiny >= GOAL, tiny / GOAL, words)


def compared(label: str, size: Size) -> float:
    names = [_place.checkpoint(f"bench/{label}-{letter}", size, seed) for seed, letter in enumerate("ab")]
    ours_s = asyncio.run(ours(names))
    theirs_s = as_the_ancestor(names)
    _lines.show(f"swap_cold.{label}.ours", ours_s, "s", theirs_s / ours_s, OTHER)
    _lines.show(f"swap_cold.{label}.ancestor", theirs_s, "s", 1.0, "itself")
    return theirs_s / ours_s


async def ours(names: list[str]) -> float:
    """Seconds from eviction to first token, the median of SWAPS; the fleet may hold one engine."""
    from gpu_worker.engines.protocol import EngineSpec, Stay
    from gpu_worker.engines.providers import engine
    from gpu_worker.fleet import Fleet
    from gpu_worker.residency import Budget
    from tests.worker.fakes import Remembered

    arguments = {"kv_cache_memory_bytes": 64 << 20, "max_num_seqs": 8, "dtype": "bfloat16"}
    specs = [
        EngineSpec(
            id=number,
            name=name,
            provider="vllm",
            max_model_len=4096,
            engine_args=arguments,
            stay=Stay(sleep_level=0),
        )
        for number, name in enumerate(names, 1)
    ]
    size_gib = (tiny_checkpoints_gib(names[0]) + 0.4) * 1.5
    fleet = Fleet(engine, Budget(gpu_gib=size_gib, host_gib=0), Remembered())
    try:
        await swap(fleet, specs[0])
        return median([await swap(fleet, specs[(number + 1) % 2]) for number in range(SWAPS)])
    finally:
        await fleet.close()


def tiny_checkpoints_gib(name: str) -> float:
    return (_place.CHECKPOINTS / name / "model.safetensors").stat().st_size / 2**30


async def swap(fleet, spec) -> float:
    """Evict, load, and have the canary answered, as a swap does; its first token is part of the load."""
    began_s = time.monotonic()
    await fleet.make_room([spec])
    await fleet.bring([spec])
    await fleet.check([spec])
    return time.monotonic() - began_s


def as_the_ancestor(names: list[str]) -> float:
    """The same in a process of its own, with vLLM as it comes."""
    folders = [str(_place.CHECKPOINTS / name) for name in names]
    command = [sys.executable, "-m", "tests.benchmarks.swap_cold", *folders]
    said = subprocess.run(command, cwd=_place.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return float(said.stdout.split()[-1])


async def ancestor(first: str, second: str) -> None:
    """Print the seconds from the shutdown of `first` to a token of `second`."""
    import os

    os.environ |= {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_LEVEL": "ERROR"}
    from vllm import SamplingParams
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.v1.engine.async_llm import AsyncLLM

    async def started(folder: str) -> AsyncLLM:
        arguments = AsyncEngineArgs(model=folder, max_model_len=4096)
        engine = await asyncio.to_thread(AsyncLLM.from_engine_args, arguments)
        async for _ in engine.generate("one", SamplingParams(max_tokens=1), folder):
            pass
        return engine

    engine = await started(first)
    began_s = time.monotonic()
    await asyncio.to_thread(engine.shutdown)
    engine = await started(second)
    print(time.monotonic() - began_s)
    await asyncio.to_thread(engine.shutdown)


if __name__ == "__main__":
    main()
