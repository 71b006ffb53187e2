"""Résumés read together against one at a time, as older versions read them: real vLLM, 105 million parameters.

Equal numbers of requests go through one engine in turns, with all that an evaluation needs: chat template,
schema, validation. Prints JSON lines {"name", "value", "unit", "ratio", "against"}, medians of the turns.

Goal: together at least twice as many a second.
"""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

from gpu_worker import tiny_checkpoints
from gpu_worker.engines.protocol import EngineSpec, Request
from tests.benchmarks import _lines, _place

NAME = "bench/small"
RESUMES, TURNS = 8, 2
GOAL = 2.0
# Not bfloat16: CPUs without instructions for it compute it ten times slower, and no quicker in a batch.
ENGINE = {"kv_cache_memory_bytes": 1 << 30, "max_num_seqs": RESUMES, "dtype": "float32"}
SPEC = EngineSpec(id=1, name=NAME, provider="vllm", max_model_len=4096, engine_args=ENGINE)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the same number of résumés took, seconds, and the tokens that were written to them."""

    seconds: float
    tokens: int


def main() -> None:
    if _lines.no_vllm():
        return
    _place.checkpoint(NAME, tiny_checkpoints.SMALL, seed=1)
    with _place.opened():
        turns = asyncio.run(measure())
    tell([alone for alone, _ in turns], [together for _, together in turns])


def tell(alone: list[Turn], together: list[Turn]) -> None:
    one_s, all_s = (median(turn.seconds for turn in turns) for turns in (alone, together))
    tokens_s = [median(turn.tokens / turn.seconds for turn in turns) for turns in (alone, together)]
    times, against = one_s / all_s, "one at a time"
    _lines.show("batching.one_at_a_time", RESUMES / one_s, "résumés/s", 1.0, "itself")
    _lines.show("batching.together", RESUMES / all_s, "résumés/s", times, against)
    _lines.show("batching.tokens", tokens_s[1], "tokens/s", tokens_s[1] / tokens_s[0], against)
    words = f"together at least {GOAL:.0f} times one at a time"
    _lines.goal("batching", times >= GOAL, times / GOAL, words)


async def measure() -> list[tuple[Turn, Turn]]:
    from gpu_worker.engines.vllm.engine import VllmEngine

    engine = VllmEngine(SPEC)
    numbers = itertools.count(1)

    async def read() -> int:
        return (await engine.evaluate(resume(next(numbers)))).generated_tokens

    async def one_by_one() -> list[int]:
        return [await read() for _ in range(RESUMES)]

    async def at_once() -> list[int]:
        return await asyncio.gather(*(read() for _ in range(RESUMES)))

    try:
        await engine.load()
        await read()  # what all share is in the prefix cache from here on
        return [(await turn(one_by_one), await turn(at_once)) for _ in range(TURNS)]
    finally:
        await engine.unload()


async def turn(read: Callable[[], Awaitable[list[int]]]) -> Turn:
    began_s = time.perf_counter()
    tokens = sum(await read())
    return Turn(seconds=time.perf_counter() - began_s, tokens=tokens)


def resume(number: int) -> Request:
    """About 850 tokens with instructions and job, of which nobody else has the last 500."""
    page = f"Applicant {number}\n" + f"Built service {number} in Python and SQL for a bank, tested it. " * 25
    return Request(id=number, job_title="Developer", job_description="Python, SQL.", pages=(page,))


if __name__ == "__main__":
    main()
