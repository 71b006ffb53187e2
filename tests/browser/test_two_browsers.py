"""A swap in two browsers: both show the same at every phase, whatever happens to their sockets meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from models_admin.models import GpuWorker, ModelConfig, Phase
from models_admin.swaps import swap_rows
from models_admin.swaps.swap_rows import Wanted
from tests.browser.test_connection import BREAK

pytestmark = pytest.mark.browser

PHASES = [Phase.PREPARING, Phase.DRAINING, Phase.MAKING_ROOM, Phase.LOADING, Phase.CHECKING]
TARGET = "Keyword rules (strict)"


@pytest.fixture
def worker(world, registry) -> GpuWorker:
    """A worker whose phases the test decides; it beats for as long as the test lasts."""
    return GpuWorker.objects.create(
        name="gpu0",
        host="here",
        pid=1,
        pid_started_at=1.0,
        device="NVIDIA H100",
        status=GpuWorker.Status.READY,
        mode="one_shot",
        model_config=ModelConfig.objects.get(name="rules/balanced"),
        runnable={str(row.pk): "" for row in ModelConfig.objects.all()},
        heartbeat_at=timezone.now() + timedelta(hours=1),
        serving_since=timezone.now() + timedelta(hours=1),
    )


@pytest.fixture
def olga(world, worker, open_page) -> Page:
    return open_page(world.olga, "/models")


@pytest.fixture
def alice(world, worker, open_page) -> Page:
    return open_page(world.alice, f"/jobs/{world.job.pk}")


def choose(page: Page) -> None:
    page.locator("#selector > summary").click()
    page.get_by_role("button", name=TARGET).click()


def header(page: Page) -> str:
    """What the header says of the models, without the seconds that are left."""
    words = page.locator("#models .status, #models [data-say]").all_inner_texts()
    return " | ".join(" ".join(text.split()) for text in words)


def both_say(phase: Phase, *pages: Page) -> None:
    words = f"Swapping to {TARGET}: {phase.label}."
    for page in pages:
        expect(page.locator("#models [data-say]")).to_have_text(words)
    assert len({header(page) for page in pages}) == 1


def begin(worker: GpuWorker) -> Wanted:
    wanted = swap_rows.take_wish(worker, lambda row: False)
    assert wanted is not None
    return wanted


def test_both_show_every_phase_through_a_cut_socket_and_a_page_opened_in_the_middle(
    world, worker, olga, alice, open_page
):
    choose(olga)
    both_say(Phase.QUEUED, olga, alice)
    wanted = begin(worker)
    pages = [olga, alice]
    for phase in PHASES:
        if phase is Phase.MAKING_ROOM:  # one browser loses its socket, and another one joins
            alice.evaluate(BREAK, 4000)
            pages.append(open_page(world.bob, "/"))
        swap_rows.record_phase(wanted.swap_id, phase)
        both_say(phase, *pages)
    strict = wanted.model_config
    swap_rows.end_swap(wanted.swap_id, Phase.READY, "", mode="one_shot", model_config_id=strict.pk)
    for page in pages:
        expect(page.locator("#selector .name")).to_have_text(TARGET)
        expect(page.locator("#models .status")).to_have_text("Ready")
    assert len({header(page) for page in pages}) == 1


def test_both_are_told_why_a_swap_was_rolled_back(worker, olga, alice):
    choose(olga)
    both_say(Phase.QUEUED, olga, alice)
    wanted = begin(worker)
    balanced = worker.model_config_id
    why = "It answers its canary differently than before."
    swap_rows.end_swap(wanted.swap_id, Phase.ROLLED_BACK, why, mode="one_shot", model_config_id=balanced)
    for page in (olga, alice):
        expect(page.locator("#models .strip")).to_have_text(f"{TARGET}: rolled back. {why}")
        expect(page.locator("#selector .name")).to_have_text("Keyword rules (balanced)")
