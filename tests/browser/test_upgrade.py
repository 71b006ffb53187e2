"""A page that is open while the site is upgraded: its scripts never meet what the new site sends."""

import pytest
from playwright.sync_api import Page, expect

from candidates.models import Application
from tests.browser.conftest import RESUMES
from tests.browser.test_connection import BREAK, make_application
from wfc_site import live, version

pytestmark = pytest.mark.browser

NEXT = "0123456789ab"
UPDATED = "This site has been updated. Finish what you are doing, then reload the page"


@pytest.fixture
def application(world) -> Application:
    return make_application(world.job, "a")


@pytest.fixture
def page(world, application, open_page) -> Page:
    return open_page(world.alice, f"/jobs/{world.job.pk}")


@pytest.fixture
def upgrade(monkeypatch):
    """`upgrade()`: what the site sends from now on is of version NEXT."""
    return lambda: monkeypatch.setattr(version, "current", lambda: NEXT)


def shown_version(page: Page):
    return page.locator("meta[name=wfc-version]")


def expect_reloaded(page: Page) -> None:
    expect(shown_version(page)).to_have_attribute("content", NEXT)
    expect(page.locator("body")).to_have_attribute("data-connection", "live")


def test_it_reloads_when_it_connects_again(page, upgrade):
    upgrade()
    page.evaluate(BREAK, 4000)
    expect_reloaded(page)


def test_it_reloads_instead_of_showing_an_answer_of_the_new_site(page, application, upgrade):
    upgrade()
    page.locator(f"#accept-{application.pk}").click()
    expect_reloaded(page)
    expect(page.locator(f"#accept-{application.pk}")).to_have_attribute("aria-pressed", "true")


def test_what_somebody_is_typing_is_kept_and_the_page_asks(world, application, open_page, upgrade):
    page = open_page(world.alice, f"/applications/{application.pk}")
    page.locator("#decide textarea, #decide input[type=text]").first.fill("Call her back")
    upgrade()
    page.evaluate(BREAK, 4000)
    expect(page.locator("#connection")).to_have_text(UPDATED)
    expect(page.locator("#decide textarea, #decide input[type=text]").first).to_have_value("Call her back")


def test_the_link_that_it_asks_with_reloads_it(world, application, open_page, upgrade):
    page = open_page(world.alice, f"/applications/{application.pk}")
    page.locator("#decide textarea, #decide input[type=text]").first.fill("Call her back")
    upgrade()
    page.evaluate(BREAK, 4000)
    page.get_by_role("link", name="reload the page").click()
    expect_reloaded(page)


def test_ticked_candidates_stay_ticked_and_the_page_asks(page, application, upgrade):
    page.locator(f"#choose-{application.pk}").check()
    upgrade()
    page.evaluate(BREAK, 4000)
    expect(page.locator("#connection")).to_have_text(UPDATED)
    expect(page.locator(f"#choose-{application.pk}")).to_be_checked()


def test_files_on_their_way_are_not_interrupted(page, upgrade):
    held = []
    page.route("**/files", lambda route: held.append(route))
    page.set_input_files("#files", RESUMES[0])
    expect(page.locator("#sending .state", has_text="sending")).to_have_count(1)
    upgrade()
    page.evaluate(BREAK, 4000)
    expect(page.locator("#connection")).to_have_text(UPDATED)
    held[0].continue_()
    expect(page.locator("#sending")).to_contain_text("1 of 1 file received.")


def test_a_site_in_two_versions_does_not_make_it_reload_forever(page, monkeypatch):
    """The pages are of one version and the sockets of another, as behind a proxy while one is replaced."""
    loads = []
    page.on("load", lambda page: loads.append(page.url))

    class Other:
        current = staticmethod(lambda: NEXT)

    monkeypatch.setattr(live, "version", Other)
    page.evaluate(BREAK, 4000)
    expect(page.locator("#connection")).to_have_text(UPDATED)
    assert len(loads) == 1
