"""What narrows the table of candidates: each filter alone, together, and what makes no sense."""

import pytest

from candidates import table
from candidates.table import filters
from jobs import openings
from tests.candidates.table.conftest import of
from tests.candidates.table.rows import fill

pytestmark = pytest.mark.django_db
FLAG = "hidden words on page 1 (covered)"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Dora", "Cleo", "Ben", "Ann"]),
        ("outcome=Rejected", ["Cleo"]),
        ("outcome=Invalid", ["Eve"]),
        ("outcome=Failed", ["Dora"]),
        ("invalid=1", ["Eve", "Dora", "Cleo", "Ben", "Ann"]),
        ("decision=Accepted", ["Ben"]),
        ("decision=Pending", ["Dora", "Cleo", "Ann"]),
        ("mode=hybrid", ["Cleo"]),
        ("flagged=1", ["Ann"]),
        ("since=2026-03-03", ["Dora", "Cleo"]),
        ("until=2026-03-02", ["Ben", "Ann"]),
        ("since=2026-03-02&until=2026-03-03", ["Cleo", "Ben"]),
        ("model=rules/balanced", ["Dora", "Cleo", "Ben", "Ann"]),
        ("model=rules/strict", []),
        ("model=nobody/nothing", []),
        ("decision=Pending&outcome=Shortlisted", ["Ann"]),
    ],
)
def test_a_filter_leaves_what_matches(add, listed, query, names):
    add("Ann", integrity=[FLAG], day=0)
    add("Ben", verdict="Accepted", outcome="Needs Review", day=1)
    add("Cleo", outcome="Rejected", mode="hybrid", day=2)
    add("Dora", status="failed", day=3)
    add("Eve", outcome="Invalid", day=4)
    assert listed(query) == names


@pytest.mark.parametrize(
    "query",
    [
        "outcome=Hired", "decision=1", "mode=x", "since=soon", "until=2026-02-31", "flagged=yes", "sort=age",
        "after=x", "after=1.2.3", "before=-1", "after=99999999999999999999", "model=", "q=",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_left_out(world, query):
    assert of(world.job, query) == of(world.job)


def test_between_the_first_day_and_the_last_are_all(add, listed):
    add("Ann")
    assert listed("since=0001-01-01&until=9999-12-31") == ["Ann"]


def test_an_address_says_again_what_was_read_from_it(world):
    said = (
        "q=c%2B%2B+ann&outcome=Needs+Review&decision=Pending&model=rules%2Fstrict&mode=hybrid&flagged=1&stale=1"
        "&since=2026-03-01&until=2026-03-09&invalid=1&earlier=1&sort=-name&after=12"
    )
    assert of(world.job, said).query == said


def test_the_newest_of_a_person_stands_for_the_earlier_ones(add, listed):
    add("Ann"), add("Ann"), add("Ben")
    assert (listed(), listed("earlier=1")) == (["Ben", "Ann"], ["Ben", "Ann", "Ann"])


def test_out_of_date_are_the_verdicts_on_an_earlier_text_of_the_job(add, world, listed):
    add("Ann")
    openings.revise(world.job, title="Baker", description="Bread.", by=world.alice)
    add("Ben", job=type(world.job).objects.get(pk=world.job.pk))
    assert listed("stale=1") == ["Ann"]


def test_another_jobs_rows_are_not_in_the_table(add, world, listed):
    add("Ann", job=openings.create(owner=world.alice, title="Other", description="Other."))
    assert listed() == []


def test_few_are_counted_and_many_are_said_to_be_more(world, balanced, monkeypatch):
    monkeypatch.setattr(filters, "MOST_COUNTED", 3)
    fill(world.job, balanced, [{"name": f"Ann{n}"} for n in range(3)])
    assert str(table.count(of(world.job))) == "3"
    fill(world.job, balanced, [{"name": "Ben"}])
    assert str(table.count(of(world.job))) == "more than 3"
