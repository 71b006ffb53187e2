"""What the page does when the server or the network goes away, and when it comes back."""

import pytest
from playwright.sync_api import Page, expect

from candidates import decisions
from candidates.models import Application, Resume

BREAK = "code => document.body['htmx-internal-data'].webSocket.socket.close(code)"


@pytest.fixture
def application(world) -> Application:
    resume = Resume.objects.create(
        sha256="a" * 64, storage_key="a", media_type="application/pdf", size_bytes=1, page_count=1
    )
    return Application.objects.create(job=world.job, resume=resume, file_name="ann.pdf")


@pytest.fixture
def page(world, application, open_page) -> Page:
    return open_page(world.alice, f"/jobs/{world.job.pk}")


@pytest.mark.parametrize("code", [1000, 4000])
def test_it_connects_again_and_catches_up(page, application, world, code):
    page.evaluate(BREAK, code)
    decisions.decide(application, verdict="Accepted", user=world.alice)
    expect(page.get_by_role("button", name="Accepted")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-connection", "live")


def test_an_opened_reason_and_the_open_menu_survive_what_has_not_changed(page):
    page.locator("#selector > summary").click()
    page.evaluate("document.getElementById('applications').firstElementChild.mine = true")
    page.evaluate(BREAK, 4000)
    expect(page.locator("body")).to_have_attribute("data-connection", "lost")
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    assert page.evaluate("document.getElementById('applications').firstElementChild.mine") is True
    expect(page.locator("#selector .menu")).to_be_visible()


def test_an_ended_session_is_said_and_not_tried_again(page):
    page.context.clear_cookies()
    page.evaluate(BREAK, 4000)
    expect(page.locator("#connection")).to_have_text("You are signed out. Sign in again")


def test_being_offline_is_said(page):
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("This computer is offline.")
    page.context.set_offline(False)
    expect(page.locator("#connection")).to_be_hidden()
