"""Taking the table away as a file: what is filtered, in its order, and nothing that a spreadsheet runs."""

import asyncio
import csv
import io
import zipfile

import pytest
from django.urls import reverse

from candidates import table
from candidates.blind import fairness
from candidates.deciding import decisions
from candidates.models import Application
from candidates.table import export
from models_admin.models import AuditEvent
from tests.candidates.table.conftest import of
from tests.candidates.table.rows import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(world):
    """The table of Alice's job as read from its CSV, each row a dictionary: `rows("outcome=Rejected")`."""

    def rows(query=""):
        text = "".join(export.csv_pieces(of(world.job, query)))
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text[1:])))

    return rows


def test_a_row_says_all_that_the_table_does(add, rows, world):
    ann = add("Ann", outcome="Needs Review", reason="Two years, not five.")
    decisions.decide(ann, status="Rejected", reason="experience", user=world.bob)
    [row] = rows()
    assert (row["Name"], row["E-mail"], row["Verdict"], row["Reason"]) == (
        "Ann", "ann@example.com", "Needs Review", "Two years, not five.",
    )  # fmt: skip
    assert (row["Decision"], row["Decision reason"], row["Decided by"]) == (
        "Rejected", "Too little experience", "bob",
    )  # fmt: skip
    assert (row["Model"], row["Mode"], row["File"], row["Received (UTC)"]) == (
        "Keyword rules (balanced)", "One-Shot", "Ann.pdf", "2026-03-01 12:00:00",
    )  # fmt: skip


def test_it_holds_what_is_filtered_in_the_order_of_the_table(add, rows):
    add("Ben"), add("Ann"), add("Cleo", outcome="Rejected")
    assert [row["Name"] for row in rows("sort=name&outcome=Shortlisted")] == ["Ann", "Ben"]


def test_it_holds_every_page(world, balanced, rows):
    fill(world.job, balanced, [{"name": f"P{n}"} for n in range(620)])
    assert len({row["Name"] for row in rows("sort=outcome")}) == 620


@pytest.mark.parametrize("sort", ["decision", "name"])
def test_who_is_decided_on_meanwhile_takes_nobody_else_out_of_it(add, world, sort):
    fairness.arrange(world.job, blind=True, sample_percent=0, by=world.alice)
    everybody = {add(name).pk for name in "ABCDEF"}
    found = []
    for pks in table.walk(of(world.job, f"sort={sort}"), at_once=2):
        found += pks
        decisions.decide(Application.objects.get(pk=pks[-1]), status="Accepted", user=world.bob)
    assert set(found) == everybody


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "＝1+1", "\xa0=1"]
)
def test_no_cell_is_a_formula(add, rows, name):
    add(name, email="a@example.com")
    assert rows()[0]["Name"] == f"'{name}"


def test_what_is_hidden_until_somebody_decides_is_not_in_it(add, rows, world):
    fairness.arrange(world.job, blind=True, sample_percent=0, by=world.alice)
    add("Ann", reason="Ann bakes.")
    assert "Ann" not in str(rows())


def test_a_spreadsheet_is_text_in_every_cell(add, world):
    add("=1+1", email="a@example.com")
    with export.xlsx(of(world.job)) as file:
        sheet = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet
    assert "<f>" not in sheet


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_who_took_how_many_stands_in_the_audit_trail(add, world, signed_in, kind):
    add("Ann"), add("Ben", outcome="Rejected")
    answer = signed_in(world.alice).get(
        f"{reverse(f'job-export-{kind}', args=[world.job.pk])}?outcome=Rejected"
    )
    assert answer["Content-Disposition"] == f'attachment; filename="python-developer-candidates.{kind}"'
    event = AuditEvent.objects.get(action="job.export")
    assert (event.actor, event.details) == (world.alice, {"kind": kind, "count": 1, "filters": 1})
    asyncio.run(_closed(answer.streaming_content))


async def _closed(content):
    async for _ in content:
        break
    await content.aclose()


def test_whoever_may_only_read_takes_nothing_away(add, world, signed_in):
    world.team.members.add(world.olga)
    assert signed_in(world.olga).get(reverse("job-export-csv", args=[world.job.pk])).status_code == 403


def test_another_ones_job_is_not_there(world, signed_in):
    assert signed_in(world.charlie).get(reverse("job-export-csv", args=[world.job.pk])).status_code == 404
