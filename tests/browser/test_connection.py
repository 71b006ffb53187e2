"""What the page does when the server or the network goes away, and when it comes back."""

import pytest
from playwright.sync_api import Page, expect

from candidates.deciding import decisions
from candidates.models import Application, Resume, changes
from jobs.models import Job
from models_admin.models import GpuWorker
from tests.seen import eventually

pytestmark = pytest.mark.browser

ROWS = "#applications > tr"
BREAK = "code => document.body['htmx-internal-data'].webSocket.socket.close(code)"


def make_application(job: Job, letter: str) -> Application:
    resume = Resume.objects.create(
        sha256=letter * 64, storage_key=letter, media_type="application/pdf", size_bytes=1, page_count=1
    )
    made = Application.objects.create(job=job, resume=resume, file_name=f"{letter}.pdf")
    changes.applications_changed({made.pk: made.job_id})
    return made


def mark(page: Page, *ids: str) -> None:
    """Mark elements so that they can be told from others that take their places."""
    page.evaluate("ids => ids.forEach(id => { document.getElementById(id).mine = true; })", list(ids))


def marked(page: Page) -> set[str]:
    return set(page.evaluate("[...document.querySelectorAll('*')].filter(e => e.mine).map(e => e.id)"))


@pytest.fixture
def application(world) -> Application:
    return make_application(world.job, "a")


@pytest.fixture
def page(world, application, open_page) -> Page:
    return open_page(world.alice, f"/jobs/{world.job.pk}")


@pytest.mark.parametrize("code", [1000, 4000])
def test_it_connects_again_and_catches_up(page, application, world, code):
    page.evaluate(BREAK, code)
    decisions.decide(application, status="Accepted", user=world.alice)
    expect(page.get_by_role("button", name="Accepted")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-connection", "live")


def test_what_has_not_changed_stays_the_very_element_that_it_was(page, application, world):
    other = make_application(world.job, "b")
    expect(page.locator(ROWS)).to_have_count(2)
    mark(page, "models", "counts", f"application-{other.pk}")
    page.evaluate(BREAK, 4000)
    decisions.decide(application, status="Accepted", user=world.alice)
    expect(page.get_by_role("button", name="Accepted")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-connection", "live")
    assert marked(page) == {"models", "counts", f"application-{other.pk}"}


def test_a_row_that_is_gone_leaves_the_page(page, application):
    application.delete()
    page.evaluate(BREAK, 4000)
    expect(page.locator(ROWS)).to_have_count(0)


def test_who_works_in_a_row_that_is_gone_goes_on_in_the_next(page, world, application):
    """Also where it leaves with the whole table that comes after a break, and not alone."""
    other = make_application(world.job, "b")
    expect(page.locator(ROWS)).to_have_count(2)
    page.locator(f"#accept-{other.pk}").focus()
    other.delete()
    page.evaluate(BREAK, 4000)
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.locator(f"#open-{application.pk}")).to_be_focused()


def test_when_all_rows_are_gone_who_worked_in_one_goes_on_in_another_that_came(page, world, application):
    page.locator(f"#accept-{application.pk}").focus()
    application.delete()
    other = Application.objects.create(
        job=world.job,
        resume=Resume.objects.create(
            sha256="f" * 64, storage_key="f", media_type="application/pdf", size_bytes=1, page_count=1
        ),
        file_name="f.pdf",
    )
    page.evaluate(BREAK, 4000)
    expect(page.locator(f"#open-{other.pk}")).to_be_focused()


def test_the_open_menu_stays_open_when_the_models_change(page, registry):
    page.locator("#selector > summary").click()
    mark(page, "models")
    GpuWorker.objects.create(name="gpu0", host="here", pid=1, pid_started_at=1.0, device="CPU")
    eventually(lambda: "models" not in marked(page))
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
