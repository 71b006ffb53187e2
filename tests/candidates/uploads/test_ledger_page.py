"""The files of a job by what became of them: the sums lead to them, page by page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from candidates.models import UploadBatch, UploadItem
from candidates.uploads import ledger_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(world):
    batch = UploadBatch.objects.create(job=world.job, announced_count=9, source="page")

    def file(name, state, reason=""):
        ended = None if state in ("received", "preparing", "evaluating") else timezone.now()
        return UploadItem.objects.create(
            batch=batch,
            job=world.job,
            name=name,
            sha256=name,
            size_bytes=1,
            state=state,
            reason=reason,
            ended_at=ended,
        )

    return file


@pytest.fixture
def text(world, signed_in):
    alice = signed_in(world.alice)
    return lambda query="": alice.get(f"{reverse('job-ledger', args=[world.job.pk])}?{query}").text


def test_a_state_shows_its_files_with_their_reasons(file, text):
    file("a.pdf", "duplicate", "The same file as b.pdf.")
    file("c.pdf", "encrypted", "It has a password.")
    shown = text("state=duplicate")
    assert ("The same file as b.pdf." in shown, "It has a password." in shown) == (True, False)


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("open", {"a.pdf"}),
        ("attention", {"c.pdf", "d.pdf"}),
        ("", {"a.pdf", "b.pdf", "c.pdf", "d.pdf"}),
        ("x", {"a.pdf", "b.pdf", "c.pdf", "d.pdf"}),
    ],
)
def test_a_group_of_states_shows_all_of_them(file, text, state, names):
    file("a.pdf", "received"), file("b.pdf", "evaluated")
    file("c.pdf", "encrypted", "So."), file("d.pdf", "failed", "So.")
    shown = text(f"state={state}")
    assert {name for name in ("a.pdf", "b.pdf", "c.pdf", "d.pdf") if name in shown} == names


def test_older_ones_stand_on_the_next_page(file, text, monkeypatch):
    monkeypatch.setattr(ledger_page, "PAGE_ROWS", 2)
    made = [file(f"{letter}.pdf", "failed", "So.") for letter in "abc"]
    assert f"before={made[1].pk}" in text("state=failed")
    older = text(f"state=failed&before={made[1].pk}")
    assert ("a.pdf" in older, "b.pdf" in older) == (True, False)


def test_the_sum_on_the_page_of_the_job_leads_to_them(file, world, signed_in):
    file("a.pdf", "duplicate", "So."), file("b.pdf", "failed", "So."), file("c.pdf", "invalid")
    page = signed_in(world.alice).get(reverse("job-page", args=[world.job.pk])).text
    for link in ("files?state=duplicate", "files?state=attention", f"jobs/{world.job.pk}?outcome=Invalid"):
        assert link in page


def test_anothers_files_are_not_there(world, signed_in):
    assert signed_in(world.charlie).get(reverse("job-ledger", args=[world.job.pk])).status_code == 404
