"""The model selector in a real browser, with a real worker."""

import pytest
from playwright.sync_api import Page, expect

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
