"""A recruiter's first five minutes, in a real browser: sign in, open a job, upload, read, decide."""

import pytest
from playwright.sync_api import Page, expect

from candidates.models import Application, Candidate, Decision
from tests.browser.conftest import RESUMES, look
from tests.seen import eventually
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

ROWS = "#applications > tr"


@pytest.fixture
def job_page(world, worker, open_page) -> Page:
    return open_page(world.alice, f"/jobs/{world.job.pk}")


@pytest.fixture
def uploaded(job_page) -> Page:
    """The five résumés were chosen in the page, and every one has its verdict."""
    job_page.set_input_files("#files", RESUMES)
    expect(job_page.locator("#counts")).to_contain_text("5 received = 5 evaluated")
    expect(job_page.locator(f"{ROWS}:visible")).to_have_count(1)  # one person, the newest of five versions
    return job_page


def test_signing_in_opens_the_jobs(world, live_site, page):
    page.goto(live_site)
    look(page, "sign-in")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Python developer")).to_be_visible()


def test_a_job_is_created(world, open_page):
    page = open_page(world.alice, "/")
    page.get_by_role("link", name="Create job").click()
    page.get_by_label("Title").fill("Baker")
    page.get_by_label("Description").fill("Requirements: bread.")
    look(page, "job-form")
    page.get_by_role("button", name="Create the job").click()
    expect(page.get_by_role("heading", name="Baker")).to_be_visible()
    look(page, "job-empty")


def test_another_browser_sees_the_new_job_at_once(world, open_page):
    bob = open_page(world.bob, "/")
    alice = open_page(world.alice, f"/jobs/{world.job.pk}/edit")
    alice.get_by_label("Title").fill("Python developer in Ghent")
    alice.get_by_role("button", name="Save", exact=True).click()
    expect(bob.get_by_role("link", name="Python developer in Ghent")).to_be_visible()


def test_five_resumes_of_one_person_become_one_row_of_five_versions(uploaded):
    expect(uploaded.locator(f"{ROWS}:visible")).to_have_count(1)
    expect(uploaded.locator(f"{ROWS}:visible")).to_contain_text("5 versions")
    assert (Application.objects.count(), Candidate.objects.count()) == (5, 1)
    look(uploaded, "job")


def test_the_rows_appear_in_two_browsers_at_once(world, worker, open_page):
    alice, bob = (open_page(who, f"/jobs/{world.job.pk}") for who in (world.alice, world.bob))
    alice.set_input_files("#files", RESUMES)
    for page in (alice, bob):
        expect(page.locator(ROWS).filter(has_text="5 versions")).to_have_count(1)
        expect(page.locator("#counts")).to_contain_text("5 evaluated")


def test_earlier_versions_are_shown_when_asked_for(uploaded):
    uploaded.get_by_text("More filters").click()
    uploaded.get_by_label("Show earlier versions").check()
    expect(uploaded.locator(f"{ROWS}:visible")).to_have_count(5)


def test_what_was_sent_before_is_told_to_be_a_duplicate(uploaded):
    uploaded.set_input_files("#files", RESUMES[:1])
    expect(uploaded.locator("#sending")).to_contain_text("This file was already uploaded for this job")


def test_a_file_that_is_no_resume_says_what_to_do(job_page, tmp_path):
    (tmp_path / "photo.pdf").write_bytes(b"GIF89a")
    job_page.set_input_files("#files", tmp_path / "photo.pdf")
    expect(job_page.locator("#items")).to_contain_text("The content of this file cannot be read")


def test_a_dropped_file_is_sent(job_page):
    job_page.evaluate(
        """bytes => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], "dropped.pdf"));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: carried, bubbles: true, cancelable: true}));
        }""",
        list(RESUMES[0].read_bytes()),
    )
    expect(job_page.locator(ROWS)).to_have_count(1)


def test_a_decision_shows_in_the_other_browser(uploaded, world, open_page):
    bob = open_page(world.bob, f"/jobs/{world.job.pk}")
    uploaded.locator(f"{ROWS}:visible").get_by_role("button", name="Accept").click()
    row = bob.locator(f"{ROWS}:visible")
    expect(row.get_by_role("button", name="Accepted", pressed=True)).to_be_visible()


def test_the_keyboard_stays_where_it_was_when_a_decision_is_made(uploaded):
    button = uploaded.locator(f"{ROWS}:visible").get_by_role("button", name="Reject")
    button.focus()
    uploaded.keyboard.press("Enter")
    expect(uploaded.locator(f"{ROWS}:visible button.rejected[aria-pressed=true]")).to_be_focused()


def test_a_decision_with_a_note_is_kept(uploaded):
    uploaded.locator(f"{ROWS}:visible a").first.click()
    uploaded.get_by_label("Note").fill("Call on Monday.")
    uploaded.get_by_role("button", name="Accept").click()
    expect(uploaded.get_by_text("Call on Monday.")).to_be_visible()
    look(uploaded, "application")


@pytest.mark.parametrize("path", ["/", "/jobs/new", "/jobs/{}"])
def test_no_page_scrolls_sideways_on_a_small_phone(world, worker, open_page, path):
    page = open_page(world.alice, path.format(world.job.pk), viewport={"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_without_a_script_a_resume_is_uploaded_and_decided(world, worker, open_page):
    page = open_page(world.alice, f"/jobs/{world.job.pk}", java_script_enabled=False)
    page.set_input_files("#files", RESUMES[0])
    page.get_by_role("button", name="Upload").click()
    eventually(lambda: Candidate.objects.exists())
    page.goto(f"/jobs/{world.job.pk}")
    page.locator(ROWS).get_by_role("button", name="Accept").click()
    expect(page.get_by_role("button", name="Accepted")).to_be_visible()
    assert Decision.objects.get().status == "Accepted"
