"""What tables are sorted, filtered and searched by is written with the verdict, in its transaction."""

import pytest

from candidates import table
from candidates.models import Application, OutcomeOrder
from candidates.table import Listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(job):
    """The names in the job's table that `q` finds."""

    def found(q):
        return [row.candidate.name for row in table.page(Listing(job_id=job.pk, q=q)).rows]

    return found


def test_a_row_is_found_by_who_it_is_and_why(read, found):
    read("a")
    assert found("muller terms") == ["Ana Lucía Müller"]


def test_the_columns_say_what_the_verdict_says(read, balanced):
    read("a", outcome="Rejected")
    row = Application.objects.get()
    assert (row.by_name, row.by_outcome, row.by_model, row.by_mode) == (
        "ana lucia muller",
        OutcomeOrder.REJECTED,
        balanced.pk,
        "one_shot",
    )


def test_a_newer_version_supersedes_the_earlier_ones(read):
    read("a"), read("b")
    assert list(Application.objects.order_by("pk").values_list("superseded", flat=True)) == [True, False]


def test_what_waits_has_no_verdict_yet(waiting):
    waiting("a")
    row = Application.objects.get()
    assert (row.by_name, row.by_outcome, row.by_model) == ("a.pdf", OutcomeOrder.OPEN, 0)
