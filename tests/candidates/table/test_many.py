"""A job with 10,000 candidates: its page asks as little of the database as that of a short one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidates import table
from candidates.blind import sample
from candidates.evaluations import staleness
from candidates.models import Application, UploadItem
from candidates.table import SORTS, paging
from jobs.models import Job
from models_admin.models import ModelConfig
from tests.candidates.table import rows
from tests.candidates.table.conftest import of
from tests.candidates.table.rows import multiply

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

FILTERS = [
    "", "outcome=Rejected", "outcome=Invalid", "decision=Pending", "decision=Accepted", "model=rules/balanced",
    "invalid=1", "earlier=1", "flagged=1", "mode=one_shot", "since=2026-03-01&until=2026-03-02",
    "outcome=Shortlisted&decision=Pending", "q=nobody", "stale=1",
]  # fmt: skip
STEP = 1000  # instructions of SQLite's machine between two looks


@pytest.fixture
def hundred(world, balanced) -> None:
    """Alice's job with 100 candidates and their files in the ledger."""
    rows.hundred(world.job, balanced)


@pytest.fixture
def only_by_index(db) -> None:
    """PostgreSQL reads short tables whole, whatever indexes they have; here it does so where it must."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")


@pytest.fixture
def page(world, signed_in) -> Callable[[str], None]:
    alice = signed_in(world.alice)

    def open_page(query: str = "") -> Any:
        return alice.get(f"{reverse('job-page', args=[world.job.pk])}?{query}")

    return open_page


def test_the_page_of_12800_asks_as_few_questions_as_that_of_100(hundred, page):
    asked = []
    for doublings in (0, 7):
        multiply(doublings)
        page()  # what is asked once in a process
        with CaptureQueriesContext(connection) as queries:
            page()
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 25
    assert Application.objects.count() == 12_800


@contextmanager
def work_counted() -> Iterator[list[int]]:
    """How many thousand instructions SQLite carries out within: it reads a row in one to some dozens."""
    steps = [0]

    def step() -> int:
        steps[0] += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(step, STEP)
    try:
        yield steps
    finally:
        connection.connection.set_progress_handler(None, STEP)


sqlite_alone = pytest.mark.skipif("config.getoption('postgres')", reason="counts SQLite's instructions")


@sqlite_alone
def test_the_table_of_12800_reads_no_more_than_that_of_3200(hundred, world):
    """Of any order, at its beginning and in its depth; the first 1,000 are counted, so that is the least."""
    multiply(5)
    few = {query: _work(world, query) for query in _depths(world)}
    multiply(2, after=5)
    many = {query: _work(world, query) for query in _depths(world)}
    assert Application.objects.count() == 12_800
    most = max(few.values())
    assert {query: steps for query, steps in many.items() if steps > most * 1.25} == {}, most


@sqlite_alone
def test_a_job_without_a_sample_is_not_read_for_one(hundred, world):
    multiply(5)
    with work_counted() as steps:
        sample.sample_of(world.job)
    assert steps[0] < 3, steps


def _depths(world) -> list[str]:
    """Each order at its beginning, and forth and back from a row in its middle."""
    pks = Application.objects.order_by("pk")
    middle = pks[pks.count() // 2]
    places = {sort: paging.cursor(of(world.job, f"sort={sort}"), middle) for sort in SORTS}
    steps = ("", "&after={}", "&before={}")
    return [f"sort={sort}{step.format(place)}" for sort, place in places.items() for step in steps]


def _work(world, query: str) -> int:
    with work_counted() as steps:
        table.page(of(world.job, query))
        table.count(of(world.job, query))
    return steps[0]


@pytest.mark.parametrize("sort", SORTS)
def test_no_filter_and_no_order_reads_the_table_of_all_jobs(hundred, only_by_index, world, sort):
    multiply(4)
    for query in FILTERS:
        for place in (
            "",
            f"&after={paging.cursor(of(world.job, f'sort={sort}'), Application.objects.first())}",
        ):
            shown = of(world.job, f"{query}&sort={sort}{place}")
            found = table.matching(shown).order_by(*shown.sort.ordering()).values_list("pk", flat=True)
            plan = found[:101].explain()
            assert "SCAN candidates_application\n" not in f"{plan}\n", (query, plan)
            assert "Seq Scan on candidates_application" not in plan, (query, plan)


@pytest.mark.parametrize("sort", SORTS)
def test_no_order_sorts_what_an_index_has_sorted(hundred, only_by_index, world, sort):
    multiply(4)
    shown = of(world.job, f"sort={sort}")
    plan = table.matching(shown).order_by(*shown.sort.ordering()).values_list("pk", flat=True)[:101].explain()
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def test_the_ledger_is_counted_within_an_index(hundred, only_by_index, world):
    multiply(4)
    most = UploadItem.objects.filter(pk__gt=UploadItem.objects.order_by("pk")[200].pk)
    most.update(job=Job.objects.create(owner=world.bob))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    counted = UploadItem.objects.filter(job=world.job).order_by().values("state").annotate(n=Count("pk"))
    plan = counted.explain()
    assert "candidates__job_id_3313f1_idx" in plan, plan


def test_the_weights_that_models_were_seen_with_are_found_by_an_index(hundred):
    """But for the one model that has read all of it: its newest reading is the newest of all."""
    multiply(7)
    with CaptureQueriesContext(connection) as asked:
        staleness.last_seen()
    with connection.cursor() as cursor:
        cursor.execute(
            f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {asked[-1]['sql']}"
        )
        plan = "\n".join(str(line[-1]) for line in cursor.fetchall())
    assert plan.count("evaluation_newest_of_model") >= ModelConfig.objects.count() - 1, plan
