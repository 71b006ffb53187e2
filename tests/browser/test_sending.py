"""Sending files and decisions when things go wrong."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from candidates.models import Application, Resume, UploadItem
from tests.browser.conftest import RESUMES

pytestmark = pytest.mark.browser


@pytest.fixture
def page(world, browser, live_site, sign_in) -> Iterator[Page]:
    """Alice's page of the job; what the browser says of broken requests is part of these tests."""
    context = browser.new_context(base_url=live_site)
    sign_in(context, world.alice)
    page = context.new_page()
    page.goto(f"/jobs/{world.job.pk}")
    yield page
    context.close()


def test_a_file_whose_connection_broke_is_sent_again(page):
    page.route("**/files", lambda route: route.abort())
    page.set_input_files("#files", RESUMES[0])
    expect(page.locator("#sending")).to_contain_text("0 of 1 file received, 1 not sent.")
    page.unroute("**/files")
    page.get_by_role("button", name=f"Send {RESUMES[0].name} again").click()
    expect(page.locator("#sending")).to_contain_text("1 of 1 file received.")
    assert UploadItem.objects.count() == 1


def test_a_batch_that_could_not_be_opened_is_sent_again_as_a_whole(page):
    page.route("**/api/batches", lambda route: route.abort())
    page.set_input_files("#files", RESUMES)
    expect(page.locator("#sending")).to_contain_text("0 of 5 files received, 5 not sent.")
    page.unroute("**/api/batches")
    page.get_by_role("button", name="Send failed files again").click()
    expect(page.locator("#sending")).to_contain_text("5 of 5 files received.")


def test_what_the_server_refuses_is_said_in_its_words(page):
    refusal = '{"detail": "You may not upload résumés. Ask a recruiter."}'
    page.route(
        "**/api/batches",
        lambda route: route.fulfill(status=403, content_type="application/json", body=refusal),
    )
    page.set_input_files("#files", RESUMES[0])
    expect(page.locator("#sending")).to_contain_text("You may not upload résumés. Ask a recruiter.")


def test_at_most_three_files_are_under_way_at_once(page):
    held = []
    page.route("**/files", lambda route: held.append(route))
    page.set_input_files("#files", RESUMES)
    expect(page.locator("#sending .state", has_text="sending")).to_have_count(3)
    expect(page.locator("#sending .state", has_text="waiting")).to_have_count(2)
    assert len(held) == 3
    for route in held:
        route.abort()


def test_a_refused_decision_is_said_beside_the_page(page, world):
    resume = Resume.objects.create(
        sha256="a" * 64, storage_key="a", media_type="application/pdf", size_bytes=1
    )
    Application.objects.create(job=world.job, resume=resume, file_name="ann.pdf")
    page.reload()
    page.route(
        "**/decide", lambda route: route.fulfill(status=409, content_type="text/plain", body="Not now.")
    )
    page.locator("#applications").get_by_role("button", name="Accept").click()
    expect(page.locator("#toasts")).to_contain_text("Not now.")
