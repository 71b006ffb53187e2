"""The table of a job's applications: its address, filters, orders, pages, rows and exports."""

from candidates.table.address import Cursor, Listing
from candidates.table.filters import MOST_COUNTED, count, invalid_count, matching
from candidates.table.paging import Page, neighbours, on_page, page, walk
from candidates.table.rows import row, rows, with_criteria
from candidates.table.sorting import NEWEST_FIRST, SORTS, Sort

__all__ = [
    "MOST_COUNTED",
    "NEWEST_FIRST",
    "SORTS",
    "Cursor",
    "Listing",
    "Page",
    "Sort",
    "count",
    "invalid_count",
    "matching",
    "neighbours",
    "on_page",
    "page",
    "row",
    "rows",
    "walk",
    "with_criteria",
]
