"""Second opinions in a real browser with a real worker: another model, what is out of date, and repeats."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from candidates.models import Decision, Evaluation
from jobs import openings
from models_admin.models import ModelConfig
from tests.browser.conftest import barriers, look, overflow_px
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SAMPLES = sorted((settings.BASE_DIR / "config" / "demo").glob("*.pdf"))
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}


@pytest.fixture
def job_page(world, worker, open_page) -> Page:
    """Alice's job, whose résumés have all been read by the balanced rules; the strict ones reject more."""
    stricter = {"shortlist_share": 0.95, "reject_share": 0.65}
    ModelConfig.objects.filter(name="rules/strict").update(rules=stricter)
    text = (settings.BASE_DIR / "config" / "demo" / "job.txt").read_text()
    title, _, description = text.partition("\n")
    openings.revise(world.job, title=title.strip(), description=description.strip(), by=world.alice)
    page = open_page(world.alice, f"/jobs/{world.job.pk}")
    page.set_input_files("#files", SAMPLES)
    expect(page.locator("#counts")).to_contain_text(f"{len(SAMPLES)} received =", timeout=60_000)
    expect(page.locator("#items > li")).to_have_count(0, timeout=60_000)
    return page


@pytest.fixture
def read_twice(job_page) -> Page:
    """The strict rules have read all of it as well: asked for on the page, in two steps."""
    job_page.get_by_role("link", name="Screen again").click()
    job_page.get_by_label("Keyword rules (strict)").check()
    look(job_page, "screen-light")
    assert barriers(job_page) == []
    job_page.get_by_role("button", name="Continue").click()
    expect(job_page.get_by_text("They wait for their turn on the GPU")).to_be_visible()
    look(job_page, "screen-confirm-light")
    assert barriers(job_page) == []
    job_page.get_by_role("button", name=f"Screen {len(SAMPLES)} again").click()
    expect(job_page.locator("#screenings")).to_contain_text(
        f"{len(SAMPLES)} of {len(SAMPLES)} read", timeout=60_000
    )
    return job_page


def seen_in_every_way(world: World, open_page: Any, path: str, name: str) -> list[str]:
    """What axe and the width say of the page in light, dark and on a phone; a picture of each is kept."""
    found = []
    for way, how in LOOKS.items():
        page = open_page(world.alice, path, **how)
        page.wait_for_load_state("networkidle")
        look(page, f"{name}-{way}")
        found += barriers(page)
        found += [f"{way}: {wider} px too wide"] if (wider := overflow_px(page)) else []
    return found


def test_another_model_reads_and_the_two_are_compared_and_decided_from_there(read_twice, world, open_page):
    read_twice.get_by_role("link", name="Compare with others").click()
    matrix = read_twice.locator(".matrix")
    numbers = [int(text) for text in matrix.locator("td b").all_inner_texts()]
    assert sum(numbers) == len(SAMPLES)
    first = read_twice.locator(".difference").first
    button = first.get_by_role("button", name="Accept")
    button.focus()
    read_twice.keyboard.press("Enter")
    expect(first.get_by_role("button", name="Accepted", pressed=True)).to_be_focused()
    assert Decision.objects.get().status == "Accepted"
    assert seen_in_every_way(world, open_page, f"/jobs/{world.job.pk}/compare", "comparison") == []
    assert seen_in_every_way(world, open_page, f"/jobs/{world.job.pk}", "job-screened") == []


def test_a_cell_of_the_matrix_leads_to_its_resumes(read_twice):
    read_twice.get_by_role("link", name="Compare raters").click()
    cell = read_twice.locator(".matrix td a").first
    count = int(cell.locator("b").inner_text())
    cell.click()
    expect(read_twice.locator(".difference")).to_have_count(count)


def test_the_progress_of_a_screening_shows_in_the_other_browser(job_page, world, open_page):
    bob = open_page(world.bob, f"/jobs/{world.job.pk}")
    job_page.goto(f"/jobs/{world.job.pk}/screen?option=one_shot:rules/strict")
    job_page.get_by_role("button", name=f"Screen {len(SAMPLES)} again").click()
    expect(bob.locator("#screenings")).to_contain_text(f"{len(SAMPLES)} of {len(SAMPLES)} read")


def test_what_is_out_of_date_is_brought_up_to_date_with_one_button(job_page, world):
    openings.revise(world.job, title="Baker", description="Requirements: sourdough.", by=world.alice)
    stale = job_page.locator("#stale")
    expect(stale).to_contain_text(f"{len(SAMPLES)} verdicts are out of date")
    look(job_page, "job-stale-light")
    assert barriers(job_page) == []
    job_page.get_by_role("link", name=f"Bring all {len(SAMPLES)} up to date").click()
    job_page.get_by_role("button", name=f"Bring {len(SAMPLES)} up to date").click()
    expect(job_page.locator("#screenings")).to_contain_text(f"{len(SAMPLES)} of {len(SAMPLES)} read")
    expect(stale).to_be_empty()


def test_a_repeat_of_an_evaluation_is_identical_and_the_verdict_stable(job_page, world, open_page):
    evaluation = Evaluation.objects.filter(outcome="Shortlisted").first() or Evaluation.objects.latest("pk")
    path = f"/applications/{evaluation.application_id}"
    page = open_page(world.alice, path)
    page.get_by_role("button", name="Repeat 5 times").click()
    repeats = page.locator("#repeats")
    expect(repeats).to_contain_text("5 of 5 the same outcome")
    expect(repeats.get_by_text("Identical, letter for letter")).to_have_count(5)
    assert seen_in_every_way(world, open_page, path, "application-repeated") == []


def test_without_a_script_it_is_read_again_and_compared(job_page, world, open_page):
    page = open_page(world.alice, f"/jobs/{world.job.pk}", java_script_enabled=False)
    page.get_by_role("link", name="Screen again").click()
    page.get_by_label("Keyword rules (strict)").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=f"Screen {len(SAMPLES)} again").click()
    expect(page.get_by_text(f"{len(SAMPLES)} will be read again.")).to_be_visible()
    expect(job_page.locator("#screenings")).to_contain_text(f"{len(SAMPLES)} of {len(SAMPLES)} read")
    page.goto(f"/jobs/{world.job.pk}/compare")
    page.locator(".difference").first.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("button", name="Rejected", pressed=True)).to_be_visible()
