"""What Prometheus is told: every name, its labels, and that nothing stale stays on the page."""

import re
import socket
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from candidates.models import Evaluation
from gpu_worker.metrics import ANY_MODEL, GIB, PHASE_BUCKETS_S, Gauges, Metrics, Waiting
from gpu_worker.moves.demand import waiting_by_model

EMPTY = Gauges(waiting=(), files_waiting=0, tiers=(), memory={})
BUSY = Gauges(
    waiting=(Waiting(model="a", count=4, oldest_s=9.5),), files_waiting=0, tiers=("gpu",), memory={}
)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def samples(metrics: Metrics, gauges: Gauges = EMPTY) -> dict[tuple[str, ...], float]:
    """Every sample of the page by its name and its labels' values, in the order of the labels' names."""
    families = text_string_to_metric_families(metrics.page(gauges).decode())
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_a_swap_counts_by_outcome_and_pair_and_each_phase_is_timed(metrics):
    metrics.swap_ended("ready", "a", "b", {"draining": 0.2, "loading": 40.0})
    page = samples(metrics)
    assert page["wfc_swaps_total", "ready", "a", "b"] == 1
    assert page["wfc_swap_phase_seconds_sum", "loading"] == 40.0
    assert page["wfc_swap_phase_seconds_bucket", "30.0", "loading"] == 0
    assert page["wfc_swap_phase_seconds_bucket", "60.0", "loading"] == 1


def test_answers_count_by_outcome_and_failures_by_cause(metrics):
    metrics.evaluation_succeeded("a", "Shortlisted", 2.0)
    metrics.evaluation_failed("a", "engine")
    page = samples(metrics)
    assert page["wfc_evaluations_total", "a", "Shortlisted"] == 1
    assert page["wfc_evaluation_failures_total", "engine", "a"] == 1
    assert page["wfc_evaluation_seconds_sum", "a"] == 2.0


def test_tokens_and_lost_engines_count_by_model(metrics):
    metrics.tokens_used("a", prompt=100, generated=20)
    metrics.engine_lost("a")
    page = samples(metrics)
    assert page["wfc_tokens_total", "prompt", "a"] == 100
    assert page["wfc_tokens_total", "generated", "a"] == 20
    assert page["wfc_engine_losses_total", "a"] == 1


def test_memory_and_engines_are_told_by_tier(metrics):
    memory = {"gpu_held_gib": 2, "gpu_budget_gib": 8, "host_held_gib": 1, "host_budget_gib": 16}
    page = samples(metrics, Gauges(waiting=(), files_waiting=3, tiers=("gpu", "host", "host"), memory=memory))
    assert page["wfc_engines", "gpu"] == 1
    assert page["wfc_engines", "host"] == 2
    assert page["wfc_engine_bytes", "gpu"] == 2 * GIB
    assert page["wfc_budget_bytes", "host"] == 16 * GIB
    assert page["wfc_files_waiting",] == 3


def test_a_queue_that_is_empty_again_leaves_the_page(metrics):
    full = samples(metrics, BUSY)
    assert (full["wfc_queue_depth", "a"], full["wfc_queue_oldest_wait_seconds", "a"]) == (4, 9.5)
    assert ("wfc_queue_depth", "a") not in samples(metrics)


def test_the_queue_is_told_by_model_and_unpinned_work_as_any(waiting, balanced):
    waiting("a")
    pin(waiting("b"), model_config=balanced, mode="one_shot")
    assert {each.model: each.count for each in waiting_by_model()} == {ANY_MODEL: 1, "rules/balanced": 1}


def test_what_waits_for_a_model_is_summed_over_its_modes_and_parsers(waiting, balanced, strict):
    hour_ago = timezone.now() - timedelta(hours=1)
    pin(waiting("a"), model_config=balanced, mode="one_shot", created_at=hour_ago)
    pin(waiting("b"), model_config=balanced, mode="hybrid", parser=strict)
    (queue,) = waiting_by_model()
    assert (queue.model, queue.count) == ("rules/balanced", 2)
    assert queue.oldest_s >= 3600


def pin(evaluation: Evaluation, **choice: object) -> None:
    Evaluation.objects.filter(pk=evaluation.pk).update(pinned=True, **choice)


def test_phases_are_told_apart_from_a_millisecond_to_ten_minutes():
    assert (min(PHASE_BUCKETS_S), max(PHASE_BUCKETS_S)) == (0.001, 600)


def test_the_documentation_names_every_metric_and_its_labels_and_no_others(metrics, settings):
    metrics.swap_ended("ready", "a", "b", {"loading": 1.0})
    metrics.evaluation_succeeded("a", "Shortlisted", 2.0)
    metrics.evaluation_failed("a", "answer")
    metrics.tokens_used("a", prompt=100, generated=20)
    metrics.engine_lost("a")
    metrics.switch_ended("a", 2.0)
    assert told(metrics.page(BUSY)) == explained(settings.BASE_DIR / "docs" / "metrics.md")


def told(page: bytes) -> dict[str, set[str]]:
    """The labels of every metric; a histogram's own `le` is none of ours."""
    return {
        family.name + ("_total" if family.type == "counter" else ""): {
            name for sample in family.samples for name in sample.labels if name != "le"
        }
        for family in text_string_to_metric_families(page.decode())
    }


def explained(path: Path) -> dict[str, set[str]]:
    rows = re.findall(r"^\| `(wfc_\w+)` \|(.*?)\|", path.read_text(), re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_the_worker_serves_them_beside_its_probes(redis, registry):
    from tests.worker_process import running_worker

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running_worker(port=port):
        paths = ("metrics", "health", "else")
        metrics, health, other = (httpx.get(f"http://127.0.0.1:{port}/{path}") for path in paths)
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "wfc_files_waiting 0.0" in metrics.text
    assert health.headers["content-type"] == "application/json"
    assert (other.status_code, other.json()) == (404, {"detail": "Ask for /health, /status or /metrics."})
