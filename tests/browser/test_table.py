"""The table of candidates in a real browser: searching, filtering, sorting, and rows that come and go."""

from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from candidates.deciding import decisions
from models_admin.models import ModelConfig
from tests.browser.conftest import barriers, look
from tests.candidates.table.rows import fill

pytestmark = pytest.mark.browser

ROWS = "#applications > tr"


@pytest.fixture
def people(world, registry):
    return fill(
        world.job,
        ModelConfig.objects.get(name="rules/balanced"),
        [
            {"name": "Ann Fernhollow", "email": "ann@example.com", "outcome": "Shortlisted", "text": "Rust and C++", "reason": "Names Rust, C++ and seven years of services."},
            {"name": "Ben Quillfeather", "email": "ben@example.com", "outcome": "Rejected", "text": "Bread", "reason": "A baker; none of the terms is in the text."},
            {"name": "Cleo Marrowby", "email": "cleo@example.com", "outcome": "Needs Review", "text": "Rust", "reason": "Names Rust, but no year.", "integrity": ["hidden words on page 1 (covered)"]},
        ],
    )  # fmt: skip


@pytest.fixture
def page(world, people, open_page) -> Page:
    return open_page(world.alice, f"/jobs/{world.job.pk}")


def names(page: Page) -> list[str]:
    return [name.split()[0] for name in page.locator(f"{ROWS} th .who > a").all_inner_texts()]


def test_a_search_is_answered_while_it_is_typed_and_stands_in_the_address(page):
    page.get_by_label("Search").press_sequentially("rust c++")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator("#matches")).to_have_text("1 matches")
    assert parse_qs(urlparse(page.url).query) == {"q": ["rust c++"]}
    expect(page.get_by_label("Search")).to_be_focused()


def test_the_address_alone_brings_the_filtered_table_back(page):
    page.locator("#outcome").select_option("Rejected")
    expect(page.locator(ROWS)).to_have_count(1)
    page.reload()
    expect(page.locator("#outcome")).to_have_value("Rejected")
    assert names(page) == ["Ben"]


def test_the_back_button_takes_a_filter_back(page):
    page.locator("#decision").select_option("Accepted")
    expect(page.get_by_text("No matches")).to_be_visible()
    page.go_back()
    expect(page.locator(ROWS)).to_have_count(3)
    expect(page.locator("#decision")).to_have_value("")


def test_a_heading_sorts_and_sorts_the_other_way(page):
    page.locator("#sort-candidate").click()
    expect(page.get_by_role("columnheader", name="Candidate")).to_have_attribute("aria-sort", "ascending")
    assert names(page) == ["Ann", "Ben", "Cleo"]
    page.locator("#sort-candidate").click()
    expect(page.get_by_role("columnheader", name="Candidate")).to_have_attribute("aria-sort", "descending")
    assert names(page) == ["Cleo", "Ben", "Ann"]


def test_a_sort_keeps_the_filters_and_a_filter_the_sort(page):
    page.get_by_label("Search").fill("rust")
    expect(page.locator(ROWS)).to_have_count(2)
    page.get_by_label("Sort by").select_option("name")
    page.wait_for_url("**sort=name")
    assert names(page) == ["Ann", "Cleo"]
    page.locator("#outcome").select_option("Needs Review")
    expect(page.locator(ROWS)).to_have_count(1)
    assert parse_qs(urlparse(page.url).query) == {
        "q": ["rust"],
        "outcome": ["Needs Review"],
        "sort": ["name"],
    }


def test_a_row_leaves_a_filtered_table_when_it_matches_no_more_and_the_keyboard_goes_on(page):
    page.locator("#decision").select_option("Pending")
    page.wait_for_url("**decision=Pending")
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    page.locator(ROWS).first.get_by_role("button", name="Accept").focus()
    page.keyboard.press("Enter")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.get_by_role("link", name="Ben Quillfeather")).to_be_focused()


def test_a_row_joins_a_filtered_table_when_it_begins_to_match(page, world, people):
    page.locator("#decision").select_option("Rejected")
    page.wait_for_url("**decision=Rejected")
    expect(page.get_by_text("No matches")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    decisions.decide(people[1], status="Rejected", user=world.bob)
    expect(page.get_by_role("link", name="Ben Quillfeather")).to_be_visible()


def test_without_a_script_the_form_filters(world, people, open_page):
    page = open_page(world.alice, f"/jobs/{world.job.pk}", java_script_enabled=False)
    page.get_by_label("Search").fill("bread")
    page.get_by_role("button", name="Apply").click()
    assert names(page) == ["Ben"]


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("table", {}),
        ("table-dark", {"color_scheme": "dark"}),
        ("table-phone", {"viewport": {"width": 360, "height": 780}}),
    ],
)
def test_the_table_is_accessible_at_every_width_and_in_the_dark(world, people, open_page, name, how):
    page = open_page(world.alice, f"/jobs/{world.job.pk}?flagged=&q=rust&mode=one_shot", **how)
    expect(page.locator(ROWS)).to_have_count(2)
    look(page, name)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_several_are_ticked_and_rejected_after_a_question_that_counts_them(page):
    page.get_by_label("Select Ann Fernhollow").check()
    page.get_by_label("Select Cleo Marrowby").check()
    page.locator("#many").get_by_role("button", name="Reject").click()
    dialog = page.get_by_role("dialog", name="Reject 2 candidates?")
    expect(dialog).to_be_visible()
    look(page, "table-question")
    dialog.get_by_role("button", name="Reject 2").click()
    expect(page.get_by_text("2 candidates rejected.")).to_be_visible()
    expect(page.locator(f"{ROWS} .rejected[aria-pressed=true]")).to_have_count(2)


def test_all_that_match_are_decided_without_a_script(world, people, open_page):
    page = open_page(world.alice, f"/jobs/{world.job.pk}?q=rust", java_script_enabled=False)
    page.get_by_label("all that match (2)").check()
    page.locator("#many").get_by_role("button", name="Accept").click()
    page.get_by_role("button", name="Accept 2").click()
    expect(page.get_by_text("2 candidates accepted.")).to_be_visible()


def test_the_keys_walk_tick_and_decide(page):
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Cleo Marrowby")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_label("Select Ben Quillfeather")).to_be_checked()
    page.keyboard.press("r")
    expect(page.locator("tr", has_text="Ben Quillfeather").locator(".rejected")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("jar")
    expect(page.get_by_label("Search")).to_have_value("jar")


def test_the_table_is_taken_away_as_it_is_filtered(page):
    page.get_by_label("Search").fill("rust")
    expect(page.locator(ROWS)).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text()
    assert ("Ann Fernhollow" in text, "Ben Quillfeather" in text) == (True, False)
