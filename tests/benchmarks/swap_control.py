"""What a swap costs beside vLLM's own calls: from the wish to the event in the browser.

A real site, Redis and worker; two tiny models, of which one is awake and one asleep. They are swapped back
and forth through `POST /api/models/swap` while a WebSocket listens like the page of a job. From every swap
the calls to vLLM in it (sleep, wake, forgetting the prefix cache, the canary) are subtracted, as measured in
the worker. Prints JSON lines {"name", "value", "unit", "ratio", "against"}, medians.

Goal: all that is not vLLM's own calls takes less than 50 ms.
"""

import contextlib
import itertools
import json
import queue
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from gpu_worker import tiny_checkpoints
from tests.benchmarks import _lines, _place
from tests.launch.stack_process import free_port
from tests.seen import eventually

NAMES = ["bench/tiny-a", "bench/tiny-b"]
SWAPS = 16
PAUSE_S = 2.0  # between two: people swap now and then
GOAL_MS = 50.0
OURS = "vLLM's own calls in the same swaps"
CANARY = "answering its canary"

# One engine with 64 MiB of KV cache takes 0.28 GiB: there is room for one, and beds for both.
ENVIRONMENT = {"WFC_GPU_BUDGET_GIB": "0.45", "WFC_HOST_BUDGET_GIB": "4", "OMP_NUM_THREADS": "1"}
ENGINE = {"kv_cache_memory_bytes": 64 << 20, "max_num_seqs": 8, "dtype": "bfloat16"}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One swap; seconds since the epoch, and how long vLLM was busy with it."""

    wished: float
    taken: float  # by the worker
    first_tokens: float  # of the engine that woke
    ended: float  # ready, says the row
    seen: float  # ready, says the page
    vllm_s: float


def main() -> None:
    if _lines.no_vllm():
        return
    for number, name in enumerate(NAMES):
        _place.checkpoint(name, tiny_checkpoints.TINY, seed=number)
    with _place.opened_with_redis(**ENVIRONMENT), running() as stack:
        stack.swap_to(NAMES[1])  # cold
        stack.swap_to(NAMES[0])
        swaps = [stack.swap_to(name) for name in itertools.islice(itertools.cycle(NAMES[::-1]), SWAPS)]
    tell(swaps)


def tell(swaps: list[Measured]) -> None:
    vllm_ms = 1000 * median(swap.vllm_s for swap in swaps)

    def show(what: str, times_s: list[float]) -> None:
        took_ms = 1000 * median(times_s)
        _lines.show(f"swap_control.{what}", took_ms, "ms", took_ms / vllm_ms, OURS)

    beside_s = [swap.seen - swap.wished - swap.vllm_s for swap in swaps]
    show("wish_to_browser", [swap.seen - swap.wished for swap in swaps])
    show("wish_to_first_tokens", [swap.first_tokens - swap.wished for swap in swaps])
    show("vllm", [swap.vllm_s for swap in swaps])
    show("beside_vllm", beside_s)
    show("beside_vllm.wish_to_worker", [swap.taken - swap.wished for swap in swaps])
    show("beside_vllm.in_worker", [swap.ended - swap.taken - swap.vllm_s for swap in swaps])
    show("beside_vllm.worker_to_browser", [swap.seen - swap.ended for swap in swaps])
    show("beside_vllm.slowest", [max(beside_s)])
    beside_ms = 1000 * median(beside_s)
    words = f"under {GOAL_MS:.0f} ms beside vLLM's own calls, command to browser"
    _lines.goal("swap_control", beside_ms < GOAL_MS, beside_ms / GOAL_MS, words)


@contextlib.contextmanager
def running() -> Iterator["Stack"]:
    """A site, a worker that serves, and a browser's socket."""
    from tests import world as people

    _place.register(NAMES, engine_args=ENGINE)
    world = people.build()
    port = free_port()
    site = _place.process("wfc_site.serve", "--port", str(port))
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=token(world.olga))
    with site, _place.process("tests.benchmarks._timed_worker") as worker, client as api:
        eventually(lambda: answers(api), limit_s=20)
        eventually(lambda: serves(NAMES[0]), limit_s=120)
        with page(port, world.alice, f"page=job&job={world.job.pk}") as socket:
            yield Stack(api, socket, worker)


class Stack:
    """Who wishes, who listens, and the worker that tells how long vLLM's calls took."""

    def __init__(self, api: httpx.Client, socket: ClientConnection, worker: "subprocess.Popen[str]") -> None:
        self._api = api
        self._heard: queue.Queue[tuple[float, str]] = queue.Queue()
        self._calls: list[dict[str, Any]] = []
        threading.Thread(target=self._listen, args=[socket], daemon=True).start()
        threading.Thread(target=self._note, args=[worker], daemon=True).start()

    def _listen(self, socket: ClientConnection) -> None:
        for fragment in socket:
            self._heard.put((time.time(), str(fragment)))

    def _note(self, worker: "subprocess.Popen[str]") -> None:
        for line in worker.stdout or ():
            if line.startswith("{"):
                self._calls.append(json.loads(line))

    def swap_to(self, name: str) -> Measured:
        time.sleep(PAUSE_S)
        wished = time.time()
        answer = self._api.post(
            "/api/models/swap", json={"model_name": pair(name), "inference_mode": "hybrid"}
        )
        swap_id = answer.raise_for_status().json()["swap_id"]
        seen = self._until_ready(name)
        calls = [call for call in self._calls if wished < call["began"] < seen and "ping" not in call["what"]]
        from models_admin.models import Swap

        swap = Swap.objects.get(pk=swap_id)
        return Measured(
            wished=wished,
            taken=swap.began_at.timestamp(),
            first_tokens=max(call["ended"] for call in calls if call["what"] == CANARY),
            ended=swap.ended_at.timestamp(),
            seen=seen,
            vllm_s=sum(call["ended"] - call["began"] for call in calls),
        )

    def _until_ready(self, name: str) -> float:
        """When the header came that shows `name` as ready."""
        while True:
            at, fragment = self._heard.get(timeout=60)
            if (
                'id="models"' in fragment
                and 'data-status="idle"' in fragment
                and chosen(fragment) == pair(name)
            ):
                return at


def pair(name: str) -> str:
    """How the API calls it."""
    return f"text layer + {name}"


def chosen(header: str) -> str:
    found = re.search(r'<span class="name">([^<]*)</span>', header)
    return found[1].replace("Text layer", "text layer") if found else ""


@contextlib.contextmanager
def page(port: int, user: Any, query: str) -> Iterator[ClientConnection]:
    """A browser's socket for a page, of somebody who is signed in."""
    from django.conf import settings
    from django.test import Client

    from wfc_site import version

    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"Cookie": f"{name}={client.cookies[name].value}"}
    origin = Origin(f"http://127.0.0.1:{port}")
    url = f"ws://127.0.0.1:{port}/ws/live?version={version.current()}&{query}"
    with connect(url, origin=origin, additional_headers=cookie, proxy=None) as socket:
        yield socket


def token(user: Any) -> dict[str, str]:
    from knox.models import AuthToken

    return {"Authorization": f"Token {AuthToken.objects.create(user)[1]}"}


def answers(api: httpx.Client) -> bool:
    try:
        return api.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def serves(name: str) -> bool:
    from models_admin.models import GpuWorker

    worker = GpuWorker.objects.filter(status=GpuWorker.Status.READY).select_related("model_config").first()
    return worker is not None and worker.model_config is not None and worker.model_config.name == name


if __name__ == "__main__":
    main()
