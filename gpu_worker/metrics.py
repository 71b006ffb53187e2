"""Count and measure what the worker does, in Prometheus' text format. docs/metrics.md explains every name.

The registry is separate, because vLLM uses the library's global one. Gauges are read at each scrape, so that
what has left the queue or the GPU leaves the page too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

GIB = 2**30
ANY_MODEL = "any"  # work for any selection that serves
PHASE_BUCKETS_S = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600)
disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads
EVALUATION_BUCKETS_S = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Evaluations in the queue for one model, ANY_MODEL for unpinned ones."""

    model: str
    count: int
    oldest_s: float


@dataclass(frozen=True, kw_only=True)
class Gauges:
    """What is read at a scrape. `memory` is as in `GpuWorker.memory`; `tiers` has one entry per engine."""

    waiting: tuple[Waiting, ...]
    files_waiting: int
    tiers: tuple[str, ...]
    memory: Mapping[str, float]


class Metrics:
    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._swaps = self._counter("swaps", "Swaps that ended.", "outcome", "source", "target")
        self._phases = self._histogram("swap_phase_seconds", "Time in a phase.", PHASE_BUCKETS_S, "phase")
        self._evaluations = self._counter("evaluations", "Answers written.", "model", "outcome")
        self._failures = self._counter("evaluation_failures", "Answers that failed.", "model", "cause")
        self._took = self._histogram(
            "evaluation_seconds", "Claim to answer written.", EVALUATION_BUCKETS_S, "model"
        )
        self._tokens = self._counter("tokens", "Tokens read and written.", "model", "kind")
        self._switches = self._histogram(
            "switch_seconds", "Drain to checked, of switches for waiting work.", PHASE_BUCKETS_S, "model"
        )
        self._losses = self._counter("engine_losses", "Engines that died, froze or failed a call.", "model")

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"wfc_{name}", words, labels, registry=self._registry)

    def _histogram(self, name: str, words: str, buckets: Iterable[float], *labels: str) -> Histogram:
        return Histogram(f"wfc_{name}", words, labels, registry=self._registry, buckets=tuple(buckets))

    # What happened

    def swap_ended(self, outcome: str, source: str, target: str, phase_seconds: Mapping[str, float]) -> None:
        """Count a swap. `source` is what served before, "" for nothing; the wait in the queue is a phase."""
        self._swaps.labels(outcome, source, target).inc()
        for phase, took_s in phase_seconds.items():
            self._phases.labels(phase).observe(took_s)

    def evaluation_succeeded(self, model: str, outcome: str, took_s: float) -> None:
        self._evaluations.labels(model, outcome).inc()
        self._took.labels(model).observe(took_s)

    def evaluation_failed(self, model: str, cause: str) -> None:
        """Count a failure. `cause`: "answer" = unusable, "engine" = it died, "error" = an internal error."""
        self._failures.labels(model, cause).inc()

    def tokens_used(self, model: str, *, prompt: int, generated: int) -> None:
        self._tokens.labels(model, "prompt").inc(prompt)
        self._tokens.labels(model, "generated").inc(generated)

    def switch_ended(self, model: str, took_s: float) -> None:
        self._switches.labels(model).observe(took_s)

    def engine_lost(self, model: str) -> None:
        self._losses.labels(model).inc()

    # What is

    def page(self, gauges: Gauges) -> bytes:
        """Return all metrics in Prometheus' text format (the content type is prometheus_client's)."""
        now = CollectorRegistry()
        now.register(_Now(gauges))
        return generate_latest(self._registry) + generate_latest(now)


class _Now(Collector):
    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[GaugeMetricFamily]:
        now = self._gauges
        yield _gauge(
            "queue_depth", "Evaluations that wait.", "model", {w.model: w.count for w in now.waiting}
        )
        oldest = {w.model: w.oldest_s for w in now.waiting}
        yield _gauge("queue_oldest_wait_seconds", "How long the oldest one has waited.", "model", oldest)
        yield GaugeMetricFamily("wfc_files_waiting", "Files to be opened.", value=now.files_waiting)
        engines = {tier: now.tiers.count(tier) for tier in ("gpu", "host")}
        yield _gauge("engines", "Loaded engines.", "tier", engines)
        yield _gauge("engine_bytes", "Memory that engines hold.", "tier", _bytes(now.memory, "held"))
        yield _gauge("budget_bytes", "Memory that they may hold.", "tier", _bytes(now.memory, "budget"))


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"wfc_{name}", words, labels=[label])
    for value_of, value in values.items():
        family.add_metric([value_of], value)
    return family


def _bytes(memory: Mapping[str, float], what: str) -> dict[str, float]:
    return {tier: memory.get(f"{tier}_{what}_gib", 0.0) * GIB for tier in ("gpu", "host")}
