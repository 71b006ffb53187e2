"""The model selector in a real browser with a real worker, and the Models page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from models_admin.models import GpuWorker, ModelConfig, Phase, Swap
from tests.browser.conftest import look

pytestmark = pytest.mark.browser


@pytest.fixture
def olga(world, worker, open_page) -> Page:
    page = open_page(world.olga, "/")
    page.locator("#selector > summary").click()
    return page


def test_the_active_model_has_a_check_mark(olga):
    expect(olga.get_by_role("button", name="Keyword rules (balanced)", pressed=True)).to_be_visible()


def test_what_cannot_run_here_says_why_and_cannot_be_pressed(olga):
    choice = olga.locator('.choice[value="one_shot:Qwen/Qwen2.5-Omni-7B"]')
    expect(choice).to_be_disabled()
    expect(choice.locator("small")).not_to_be_empty()
    look(olga, "selector")


def test_a_swap_shows_in_every_browser(olga, world, open_page):
    alice = open_page(world.alice, f"/jobs/{world.job.pk}")
    olga.get_by_role("button", name="Keyword rules (strict)").click()
    for page in (olga, alice):
        expect(page.locator("#selector .name")).to_have_text("Keyword rules (strict)")
        expect(page.locator("#models .status")).to_have_text("Ready")


def test_a_recruiter_sees_the_models_but_cannot_press_them(world, worker, open_page):
    page = open_page(world.alice, "/")
    page.locator("#selector > summary").click()
    expect(page.locator('.choice[value="one_shot:rules/strict"]')).to_be_disabled()


def test_escape_closes_the_menu_and_gives_the_focus_back(olga):
    olga.keyboard.press("Escape")
    expect(olga.locator("#selector .menu")).to_be_hidden()
    expect(olga.locator("#selector > summary")).to_be_focused()


def test_a_swap_joins_the_history_of_the_models_page_without_a_reload(olga, world, open_page):
    alice = open_page(world.alice, "/models")
    expect(alice.get_by_role("heading", name="gpu0")).to_be_visible()
    olga.get_by_role("button", name="Keyword rules (strict)").click()
    past = alice.get_by_role("row", name="Keyword rules (strict) olga")
    expect(past).to_contain_text("ready")
    expect(alice.locator("#open-swaps > *")).to_have_count(0)


@pytest.fixture
def busy(world, registry) -> GpuWorker:
    """gpu0, on a GPU that is in use, in the middle of a swap after one that failed."""
    omni = ModelConfig.objects.get(name="Qwen/Qwen2.5-Omni-7B")
    worker = GpuWorker.objects.create(
        name="gpu0",
        host="here",
        pid=1,
        pid_started_at=1.0,
        device="NVIDIA H100 80GB HBM3",
        status=GpuWorker.Status.SWAPPING,
        heartbeat_at=timezone.now() + timedelta(minutes=5),  # nobody beats for it
        runnable={str(row.pk): "" for row in ModelConfig.objects.all()},
        memory={
            "gpu_budget_gib": 76.0,
            "gpu_held_gib": 28.3,
            "host_budget_gib": 120.0,
            "host_held_gib": 17.2,
            "engines": {str(omni.pk): {"gpu_gib": 24.1, "host_gib": 16.8}},
        },
    )
    wished = {"worker": worker, "mode": "one_shot", "model_config": omni, "requested_by": world.olga}
    took = {"queued": 0.2, "preparing": 14.2, "draining": 2.1, "making_room": 1.0}
    Swap.objects.create(
        phase=Phase.ROLLED_BACK,
        reason="Its weights need 18.2 GiB, and 11.0 GiB are free.",
        phase_seconds=took | {"loading": 31.4, "checking": 2.2, "rolling_back": 4.1},
        ended_at=timezone.now(),
        **wished,
    )
    Swap.objects.create(phase=Phase.LOADING, progress=0.4, eta_seconds=60.0, phase_seconds=took, **wished)
    return worker


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("models", {}),
        ("models-dark", {"color_scheme": "dark"}),
        ("models-phone", {"viewport": {"width": 360, "height": 780}}),
    ],
)
def test_the_models_page_tells_memory_and_swaps_in_words_at_every_width(busy, world, open_page, name, how):
    page = open_page(world.alice, "/models", **how)
    look(page, name)
    for memory, held in (("GPU memory", "28.3 of 76.0 GiB"), ("Host memory", "17.2 of 120.0 GiB")):
        expect(page.get_by_role("meter", name=memory)).to_have_attribute("aria-valuetext", held)
        expect(page.get_by_text(held).first).to_be_visible()
    expect(page.locator("#open-swaps [data-eta-s]")).to_contain_text("left")
    expect(page.locator("#past-swaps .phases")).to_contain_text("bringing the previous model back 4.1 s")
    root = page.locator("html")
    assert root.evaluate("root => root.scrollWidth - root.clientWidth") == 0
