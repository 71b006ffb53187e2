"""The Models page: what the workers hold, what can run here, the swap that runs and those that ran."""

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from models_admin.models import EngineRecord, GpuWorker, ModelConfig, Swap
from models_admin.overview import read_overview

pytestmark = pytest.mark.django_db

OMNI = "Qwen/Qwen2.5-Omni-7B"
HELD = {"gpu_budget_gib": 76.0, "gpu_held_gib": 18.26, "host_budget_gib": 60.0, "host_held_gib": 5.1}


@pytest.fixture
def shown(world, signed_in):
    """The page as Charlie, who has no job and may not swap, sees it."""
    charlie = signed_in(world.charlie)
    return lambda: " ".join(charlie.get(reverse("model-list")).text.split())


@pytest.fixture
def omni(registry) -> ModelConfig:
    return ModelConfig.objects.get(name=OMNI)


@pytest.fixture
def strict(registry) -> ModelConfig:
    return ModelConfig.objects.get(name="rules/strict")


@pytest.fixture
def h100(gpu0, omni) -> GpuWorker:
    """gpu0 on a machine with a GPU: it can run everything and says what it holds."""
    gpu0.device, gpu0.residency = "NVIDIA H100", {str(omni.pk): "gpu"}
    gpu0.runnable = dict.fromkeys(gpu0.runnable, "")
    gpu0.memory = {**HELD, "engines": {str(omni.pk): {"gpu_gib": 18.26, "host_gib": 15.5}}}
    gpu0.save()
    return gpu0


@pytest.fixture
def swap_of(world, gpu0, strict):
    """`swap_of(phase="failed", reason="…")`: a swap to the strict rules that Olga asked for."""

    def swap_of(phase: str = "ready", **fields) -> Swap:
        ended = None if phase in ("queued", "loading") else timezone.now()
        given = {"mode": "one_shot", "model_config": strict, "requested_by": world.olga, "ended_at": ended}
        return Swap.objects.create(**{"worker": gpu0, "phase": phase, **given, **fields})

    return swap_of


def row(text: str, element: str) -> str:
    """From the element's id to the end of its table row or card."""
    begin = text.index(f'id="{element}"')
    return text[begin : re.compile("</tr>|</article>").search(text, begin).start()]


def test_whoever_is_not_signed_in_is_asked_to(db):
    assert Client().get("/models")["Location"] == "/sign-in?next=/models"


def test_every_page_links_to_it_and_it_says_that_it_is_this_one(world, signed_in, shown):
    assert '<a href="/models">Models</a>' in signed_in(world.charlie).get("/").text
    assert '<a href="/models" aria-current="page">Models</a>' in shown()


def test_the_socket_hears_that_it_is_this_page(shown):
    assert 'ws-connect="/ws/live?page=models"' in shown()


def test_each_part_has_the_id_that_is_swapped_once(shown, h100, swap_of):
    past, now = swap_of(), swap_of("loading")
    text = shown()
    parts = ["workers", "open-swaps", "enabled-models", "past-swaps"]
    rows = [f"worker-{h100.pk}", f"open-swap-{now.pk}", f"model-{h100.model_config_id}", f"swap-{past.pk}"]
    assert {part: text.count(f'id="{part}"') for part in parts + rows} == dict.fromkeys(parts + rows, 1)


def test_the_part_that_is_sent_live_is_the_part_of_the_page(shown, h100):
    part = render_to_string("models_admin/_workers.html", {"part": read_overview().workers})
    assert " ".join(part.split()) in shown()


def test_nothing_on_it_needs_an_inline_style_or_script(shown, h100, swap_of):
    swap_of(phase_seconds={"loading": 3.0})
    content = shown().split("<main", 1)[1]
    assert re.findall(r"style=|<style|<script|\son\w+=", content) == []


def test_it_is_read_with_the_same_nine_queries_whatever_there_is(h100, swap_of, django_assert_num_queries):
    with django_assert_num_queries(9):
        read_overview()
    for _ in range(30):
        swap_of(phase_seconds={"loading": 3.0})
    swap_of("loading")
    GpuWorker.objects.create(name="gpu1", host="h", pid=2, pid_started_at=1.0, device="CPU, 8 cores")
    with django_assert_num_queries(9):
        read_overview()


def test_the_page_of_many_needs_as_few_queries_as_that_of_none(shown, swap_of, django_assert_max_num_queries):
    with django_assert_max_num_queries(18) as queries:
        shown()
    for _ in range(30):
        swap_of(phase_seconds={"loading": 3.0})
    with django_assert_max_num_queries(len(queries)):
        shown()


# The queue


def test_nothing_waits(shown, gpu0):
    assert "Nothing is waiting" in shown()


def test_what_nobody_has_pinned_waits_for_whatever_is_active(shown, gpu0, ann):
    enqueue(ann.job, ann)
    line = row(shown(), "queue-any")
    assert "The active model" in line
    assert "1<span" in line


def test_what_is_pinned_waits_for_its_own_model_and_says_what_for(shown, gpu0, ann, omni):
    enqueue(ann.job, ann, pinned=True, mode="one_shot", model_config=omni)
    line = row(shown(), f"queue-one_shot-{omni.pk}-0")
    assert (omni.display_name in line, "Needs a GPU; this machine has none." in line) == (True, True)


def test_how_long_it_takes_comes_from_the_last_readings_while_there_were_any(shown, gpu0, ann, balanced):
    began = timezone.now() - timedelta(hours=1)
    for start_s, end_s in ((0, 20), (10, 30), (600, 630)):  # 30 s together, a pause, 30 s: 20 s each
        ann.evaluations.create(
            job_version=ann.job.current,
            mode="one_shot",
            model_config=balanced,
            status="succeeded",
            outcome="Rejected",
            started_at=began + timedelta(seconds=start_s),
            ended_at=began + timedelta(seconds=end_s),
        )
    ann.evaluations.filter(outcome="Shortlisted").update(started_at=None)
    for _ in range(6):
        enqueue(ann.job, ann)
    assert "about 2 min" in row(shown(), "queue-any")


def enqueue(job, application, **fields) -> None:
    application.evaluations.create(job_version=job.current, **fields)


# Workers


def test_a_worker_that_fell_silent_is_shown_and_says_what_to_do(shown, h100):
    GpuWorker.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=3))
    card = row(shown(), f"worker-{h100.pk}")
    assert ("silent" in card, "Restart it" in card, "<meter" in card) == (True, True, False)


def test_a_worker_that_signed_off_is_shown_as_stopped(shown, h100):
    GpuWorker.objects.update(status=GpuWorker.Status.STOPPED)
    card = row(shown(), f"worker-{h100.pk}")
    assert ("stopped" in card, "Restart it" in card) == (True, False)


def test_a_worker_that_has_been_gone_for_a_week_is_no_news(shown, h100):
    GpuWorker.objects.update(heartbeat_at=timezone.now() - timedelta(days=8))
    assert f'id="worker-{h100.pk}"' not in shown()


def test_heartbeats_are_shown_to_five_seconds_so_that_not_each_is_a_message(h100):
    at = timezone.now().replace(second=31, microsecond=5)
    GpuWorker.objects.update(heartbeat_at=at)
    assert read_overview().workers[0].heard_at.second == 30


def test_without_a_worker_it_says_what_happens_to_uploads(shown, registry):
    assert "when an operator starts one: <code>wfc-model-serve</code>." in shown()


def test_a_worker_has_a_bar_for_each_memory_with_its_numbers_and_its_name(shown, h100):
    card = row(shown(), f"worker-{h100.pk}")
    for words in ("NVIDIA H100", "ready", "18.3 of 76.0 GiB", "5.1 of 60.0 GiB"):
        assert words in card
    gpu, host = f"worker-{h100.pk}-gpu", f"worker-{h100.pk}-host"
    assert f'<span id="{gpu}">GPU memory</span>' in card
    assert f'<span id="{host}">Host memory</span>' in card
    assert card.count("<meter") == 2
    assert f'max="76.0" value="18.3" aria-labelledby="{gpu}" aria-valuetext="18.3 of 76.0 GiB"' in card


def test_a_worker_that_has_said_nothing_of_its_memory_has_no_bar(shown, gpu0):
    card = row(shown(), f"worker-{gpu0.pk}")
    assert ("It has not reported its memory yet." in card, "<meter" in card) == (True, False)


def test_a_budget_of_nothing_has_its_numbers_and_no_bar(shown, h100):
    h100.memory |= {"host_budget_gib": 0.0, "host_held_gib": 0.0}
    h100.save()
    card = row(shown(), f"worker-{h100.pk}")
    assert ("0.0 of 0.0 GiB" in card, card.count("<meter")) == (True, 1)


def test_without_a_gpu_it_says_that_awake_models_are_in_host_memory(shown, h100, omni):
    GpuWorker.objects.update(device="CPU, 8 cores")
    text = shown()
    assert "No GPU: awake models are in host memory." in row(text, f"worker-{h100.pk}")
    assert "awake in host memory" in row(text, f"model-{omni.pk}")


def test_a_worker_in_error_says_why(shown, h100):
    GpuWorker.objects.update(status="error", error="The driver is gone.")
    assert "The driver is gone." in row(shown(), f"worker-{h100.pk}")


def test_a_worker_says_what_work_waits_for_though_it_serves(shown, h100):
    GpuWorker.objects.update(waits="Work for acme/reader waits a minute.")
    assert "Work for acme/reader waits a minute." in row(shown(), f"worker-{h100.pk}")


# Models


def test_disabled_models_are_not_in_the_table(shown, gpu0):
    ModelConfig.objects.filter(name=OMNI).update(enabled=False)
    assert "Qwen 2.5 Omni 7B" not in shown()


@pytest.mark.parametrize(
    ("tier", "words"), [("gpu", "on the GPU"), ("host", "asleep in host memory"), (None, "on disk")]
)
def test_a_model_says_where_its_weights_are(shown, h100, omni, tier, words):
    GpuWorker.objects.update(residency={str(omni.pk): tier} if tier else {})
    assert words in row(shown(), f"model-{omni.pk}")


def test_where_workers_differ_a_model_s_place_is_told_of_each_that_can_run_it(shown, h100, omni):
    others = {"host": "h", "pid": 2, "pid_started_at": 1.0, "device": "CPU, 8 cores"}
    GpuWorker.objects.create(name="gpu1", runnable=h100.runnable, residency={str(omni.pk): "host"}, **others)
    GpuWorker.objects.create(name="small", runnable={str(omni.pk): "Too big."}, **others)
    assert "on the GPU (gpu0), asleep in host memory (gpu1)<" in row(shown(), f"model-{omni.pk}")


def test_what_has_no_weights_says_so_and_that_it_serves(shown, h100, balanced):
    text = row(shown(), f"model-{balanced.pk}")
    assert ("no weights" in text, "active" in text, "not measured" in text) == (True, True, False)


def test_what_cannot_run_here_says_why(shown, gpu0, omni):
    text = row(shown(), f"model-{omni.pk}")
    assert ("cannot run here" in text, "Needs a GPU; this machine has none." in text) == (True, True)


def test_sizes_are_those_that_a_worker_has_measured(shown, h100, omni):
    EngineRecord.objects.create(model_config=omni, fingerprint="a", gpu_gib=1.0, host_gib=1.0)
    text = row(shown(), f"model-{omni.pk}")
    assert ("18.3 GiB" in text, "15.5 GiB" in text) == (True, True)


def test_else_they_are_those_of_the_newest_record(shown, gpu0, omni):
    now = timezone.now()
    for age, gib in ((2, 20.0), (1, 21.0), (3, 22.0)):
        EngineRecord.objects.create(
            model_config=omni, fingerprint=str(age), gpu_gib=gib, measured_at=now - timedelta(days=age)
        )
    assert "21.0 GiB" in row(shown(), f"model-{omni.pk}")


def test_else_nothing_was_measured(shown, gpu0, omni):
    assert "not measured yet" in row(shown(), f"model-{omni.pk}")


def test_what_is_pinned_is_marked(shown, gpu0, omni, balanced):
    ModelConfig.objects.filter(pk=omni.pk).update(pin=True)
    text = shown()
    assert ("pinned" in row(text, f"model-{omni.pk}"), "pinned" in row(text, f"model-{balanced.pk}")) == (
        True,
        False,
    )


def test_what_was_swapped_to_before_says_how_long_that_takes(shown, swap_of, strict, balanced):
    swap_of(phase_seconds={"queued": 60.0, "loading": 3.5, "checking": 1.0})
    text = shown()
    assert "about 4.5 s" in row(text, f"model-{strict.pk}")
    assert "not known yet" in row(text, f"model-{balanced.pk}")


def test_a_pair_is_named_with_the_seconds_that_it_takes(shown, h100, swap_of):
    reasoner = ModelConfig.objects.get(name="nvidia/NVIDIA-Nemotron-Nano-9B-v2")
    swap_of(mode="hybrid", model_config=reasoner, phase_seconds={"loading": 9.0}, cold=True)
    text = row(shown(), f"model-{reasoner.pk}")
    assert "about 9 s" in text
    assert "as Text layer + Nemotron Nano 9B v2" in text


# Swaps


def test_where_none_runs_it_says_so(shown, gpu0):
    assert "None. Operators choose a model at the top of the page." in shown()


def test_a_running_swap_shows_its_phase_progress_remaining_time_and_what_has_ended(shown, swap_of):
    swap = swap_of(
        "loading", progress=0.4, eta_seconds=21.0, phase_seconds={"queued": 9.0, "making_room": 2.5}
    )
    text = row(shown(), f"open-swap-{swap.pk}")
    began = (swap.requested_at + timedelta(seconds=9)).isoformat()
    for words in (
        "Keyword rules (strict)",
        "loading",
        '<progress max="100" value="40" aria-label="Progress of the swap to Keyword rules (strict)">',
        f'data-eta-s="21.0" data-since="{began}"',
        "making room 2.5 s",
        "requested by olga",
    ):
        assert words in text
    assert "waiting" not in text


def test_a_swap_that_waits_counts_no_seconds_down(shown, swap_of):
    swap = swap_of("queued", eta_seconds=21.0)
    text = row(shown(), f"open-swap-{swap.pk}")
    assert ("waiting" in text, "about 21 s in total" in text) == (True, True)
    assert ("data-eta-s" in text, "<progress" in text) == (False, False)


def test_a_first_swap_says_that_its_time_is_not_known(shown, swap_of):
    swap = swap_of("loading")
    assert "The duration is not known" in row(shown(), f"open-swap-{swap.pk}")


def test_a_past_swap_says_who_asked_how_it_ended_and_how_long_it_took(shown, swap_of):
    swap = swap_of("rolled_back", reason="No memory.", phase_seconds={"queued": 9.0, "loading": 3.0})
    text = row(shown(), f"swap-{swap.pk}")
    for words in ("Keyword rules (strict)", "olga", "<time ", "rolled back", "No memory.", "3.0 s"):
        assert words in text


def test_the_bar_of_a_past_swap_is_told_in_words_too(shown, swap_of):
    swap = swap_of(phase_seconds={"queued": 9.0, "loading": 3.0, "checking": 1.0})
    text = row(shown(), f"swap-{swap.pk}")
    assert '<rect class="phase checking" x="75.00%" width="25.00%"' in text
    assert "<li>loading 3.0 s</li><li>checking 1.0 s</li>" in text
    assert "<title>loading 3.0 s</title>" in text


def test_the_legend_names_every_phase_with_its_marks(shown, swap_of):
    swap_of(phase_seconds={"loading": 3.0})
    text = shown()
    for phase in ("preparing", "draining", "making_room", "loading", "waking", "checking", "rolling_back"):
        assert f'<pattern id="marks-{phase}"' in text
    assert "bringing the previous model back </li>" in text


def test_a_ready_swap_gives_no_reason(shown, swap_of):
    swap = swap_of(reason="Old words.")
    assert "Old words." not in row(shown(), f"swap-{swap.pk}")


def test_a_superseded_swap_has_no_bar(shown, swap_of):
    swap = swap_of("superseded", phase_seconds={"queued": 3.0})
    assert "never started" in row(shown(), f"swap-{swap.pk}")


def test_who_has_left_is_not_named(shown, swap_of):
    swap = swap_of(requested_by=None)
    assert "somebody who has left" in row(shown(), f"swap-{swap.pk}")


def test_only_the_newest_twenty_are_shown(shown, swap_of):
    swaps = [swap_of() for _ in range(21)]
    shown = [int(pk) for pk in re.findall(r'id="swap-(\d+)"', shown())]
    assert shown == [swap.pk for swap in reversed(swaps[1:])]


def test_without_swaps_it_says_what_will_stand_there(shown, registry):
    assert "No swaps yet" in shown()
