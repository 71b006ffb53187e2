"""Criteria are edited with the keyboard alone, with scripts and without, on every screen."""

import pytest
from playwright.sync_api import expect

from jobs import openings
from tests.browser.conftest import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESCRIPTION = "Requirements:\n- sourdough baking\n- 5 years of experience\nNice to have: rye, spelt or wheat."


@pytest.fixture
def job(world):
    return openings.create(owner=world.alice, title="Baker", description=DESCRIPTION)


def texts(page):
    return [row.input_value() for row in page.get_by_role("textbox", name="Criterion").all()]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_criterion_is_moved_by_keys_that_stay_with_it(world, job, open_page, scripts):
    page = open_page(world.alice, f"/jobs/{job.pk}/edit", java_script_enabled=scripts)
    before = texts(page)
    page.locator(f"#up-{len(before)}").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#up-{len(before) - 1}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#up-{len(before) - 2}")).to_be_focused()
    assert texts(page) == [*before[:-3], before[-1], *before[-3:-1]]


def test_added_weighed_and_saved(world, job, open_page):
    page = open_page(world.alice, f"/jobs/{job.pk}/edit")
    count = len(texts(page))
    page.get_by_role("button", name="Add a criterion").click()
    expect(page.locator(f"#criterion-{count + 1}")).to_be_focused()
    page.keyboard.type("Gets up early")
    page.get_by_label(f"Weight of criterion {count + 1}").select_option("knock-out")
    page.locator(f"#criterion-{count + 1}").press("Enter")
    page.wait_for_url(f"**/jobs/{job.pk}")
    page.get_by_text("Description").first.click()
    expect(page.get_by_text("Gets up early knock-out")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_form_fits_every_screen(world, job, open_page, scheme, width):
    page = open_page(
        world.alice,
        f"/jobs/{job.pk}/edit",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    look(page, f"criteria-{scheme}-{width}")
