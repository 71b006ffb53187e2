"""The orders of the table, and pages of it: every row on exactly one page, in both directions."""

from itertools import pairwise

import pytest

from candidates import table
from candidates.deciding import decisions
from candidates.models import Application
from candidates.table import SORTS, paging
from tests.candidates.table.conftest import of
from tests.candidates.table.rows import OUTCOMES, fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(add, strict):
    add("Émile", outcome="Rejected", verdict="Rejected")
    add("ann", outcome="Shortlisted", model=strict)
    add("Zoë", outcome="Needs Review", verdict="Accepted")


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("-received", ["Zoë", "ann", "Émile"]),
        ("received", ["Émile", "ann", "Zoë"]),
        ("name", ["ann", "Émile", "Zoë"]),
        ("-name", ["Zoë", "Émile", "ann"]),
        ("outcome", ["ann", "Zoë", "Émile"]),
        ("decision", ["ann", "Zoë", "Émile"]),
        ("-decision", ["Émile", "Zoë", "ann"]),
        ("model", ["Émile", "Zoë", "ann"]),
    ],
)
def test_a_sort_orders_the_rows(three, listed, sort, names):
    assert listed(f"sort={sort}") == names


@pytest.fixture
def seven(world, balanced, monkeypatch):
    """Seven rows on pages of two, with ties in every order but that of names."""
    monkeypatch.setattr(paging, "PAGE_ROWS", 2)
    return fill(world.job, balanced, [{"name": f"Ann{n % 4}", "email": f"{n}@example.com",
                                       "outcome": OUTCOMES[n % 3]} for n in range(7)])  # fmt: skip


def walk(job, sort, direction="after"):
    """The ids of all pages, one after the other, from one end to the other."""
    query, found = f"sort={sort}", []
    while True:
        page = table.page(of(job, query))
        found.append([row.pk for row in page.rows])
        place = getattr(page, direction)
        if place is None:
            return found
        query = f"sort={sort}&{direction}={place}"


@pytest.mark.parametrize("sort", SORTS)
def test_every_row_stands_on_exactly_one_page(seven, world, sort):
    pages = walk(world.job, sort)
    expected = Application.objects.filter(job=world.job).order_by(*SORTS[sort].ordering())
    assert [pk for page in pages for pk in page] == list(expected.values_list("pk", flat=True))
    assert [len(page) for page in pages] == [2, 2, 2, 1]


@pytest.mark.parametrize("sort", SORTS)
def test_the_way_back_shows_the_same_pages(seven, world, sort):
    forth = walk(world.job, sort)
    third = table.page(of(world.job, f"sort={sort}&after={_place(world.job, sort, forth[1][-1])}"))
    second = table.page(of(world.job, f"sort={sort}&before={third.before}"))
    assert [row.pk for row in second.rows] == forth[1]
    first = table.page(of(world.job, f"sort={sort}&before={second.before}"))
    assert ([row.pk for row in first.rows], first.before) == (forth[0], None)


def _place(job, sort, pk):
    return paging.cursor(of(job, f"sort={sort}"), Application.objects.get(pk=pk))


def test_who_decides_on_the_last_row_does_not_lose_the_next_page(seven, world):
    page = table.page(of(world.job, "sort=decision"))
    decisions.decide(page.rows[-1], status="Rejected", user=world.alice)
    after = table.page(of(world.job, f"sort=decision&after={page.after}"))
    assert [row.pk for row in after.rows] == [row.pk for row in seven[2:4]]


def test_the_name_of_a_candidate_is_in_no_address(seven, world):
    page = table.page(of(world.job, "sort=name"))
    assert str(page.after) == str(page.rows[-1].pk)


def test_a_place_at_a_row_that_is_gone_is_the_beginning(seven, world):
    assert table.page(of(world.job, "sort=name&after=999999")).rows[0].pk == seven[0].pk


@pytest.mark.parametrize("sort", SORTS)
def test_the_neighbours_of_a_row_are_those_of_the_whole_list(seven, world, sort):
    order = [pk for page in walk(world.job, sort) for pk in page]
    shown = of(world.job, f"sort={sort}")
    found = [table.neighbours(shown, Application.objects.get(pk=pk)) for pk in order]
    assert found[0][0] is None
    assert found[-1][1] is None
    assert all(
        a[1] == y and b[0] == x for (a, b), (x, y) in zip(pairwise(found), pairwise(order), strict=True)
    )


def test_the_neighbours_are_those_that_match(add, world):
    ann, _, cleo = add("Ann"), add("Ben", outcome="Rejected"), add("Cleo")
    assert table.neighbours(of(world.job, "outcome=Shortlisted"), cleo) == (None, ann.pk)
