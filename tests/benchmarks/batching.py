"""Résumés read together against one at a time, as the ancestor read them: real vLLM, 105 million parameters.

The same requests go through one engine twice, with all that an evaluation needs: chat template, schema,
validation. Prints JSON lines {"name", "value", "unit", "ratio", "against"}.

Goal: together at least twice as many a second.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence

from gpu_worker import tiny_checkpoints
from tests.benchmarks import _lines, _place

NAME = "bench/small"
RESUMES = 8
GOAL = 2.0
KV_CACHE_BYTES = 1 << 30


def main() -> None:
    if _lines.no_vllm():
        return
    _place.checkpoint(NAME, tiny_checkpoints.SMALL, seed=1)
    with _place.opened():
        one_s, together_s, tokens = asyncio.run(measure())
    _lines.show("batching.one_at_a_time", RESUMES / one_s, "résumés/s", 1.0, "itself")
    _lines.show("batching.together", RESUMES / together_s, "résumés/s", one_s / together_s, "one at a time")
    _lines.show("batching.tokens", tokens / together_s, "tokens/s", one_s / together_s, "one at a time")
    words = f"together at least {GOAL:.0f} times one at a time"
    _lines.goal("batching", one_s / together_s >= GOAL, one_s / together_s / GOAL, words)


async def measure() -> tuple[float, float, int]:
    """Seconds one at a time, seconds together, and tokens written (equal in both)."""
    from gpu_worker.engines.protocol import EngineSpec, Request
    from gpu_worker.engines.vllm.engine import VllmEngine

    arguments = {"kv_cache_memory_bytes": KV_CACHE_BYTES, "max_num_seqs": RESUMES, "dtype": "bfloat16"}
    spec = EngineSpec(id=1, name=NAME, provider="vllm", max_model_len=4096, engine_args=arguments)
    engine = VllmEngine(spec)
    await engine.load()
    written = 0

    async def read(number: int) -> None:
        nonlocal written
        pages = (f"Applicant {number}\n" + "Built services in Python for a bank. " * 60,)
        request = Request(id=number, job_title="Developer", job_description="Python, SQL.", pages=pages)
        with contextlib.suppress(Exception):  # random weights: what they say is of no matter here
            written += (await engine.evaluate(request)).generated_tokens

    try:
        await read(0)
        one_s = await timed(lambda: one_by_one([lambda n=n: read(n) for n in range(RESUMES)]))
        written = 0
        together_s = await timed(lambda: asyncio.gather(*(read(n) for n in range(RESUMES, 2 * RESUMES))))
    finally:
        await engine.unload()
    return one_s, together_s, written


async def one_by_one(reading: Sequence[Callable[[], Awaitable[None]]]) -> None:
    for read in reading:
        await read()


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    began_s = time.monotonic()
    await work()
    return time.monotonic() - began_s


if __name__ == "__main__":
    main()
