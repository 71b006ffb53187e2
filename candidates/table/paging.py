"""Keyset pagination: each page starts after the last row of the previous one, at constant cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from candidates.models import Application, ApplicationQuerySet
from candidates.table.address import Cursor, Listing
from candidates.table.filters import matching
from candidates.table.rows import rows
from candidates.table.sorting import Sort

PAGE_ROWS = 100
Key = Sequence[Any]  # what a row is sorted by, its id last


@dataclass(frozen=True, kw_only=True)
class Page:
    """The rows of one page; `before` and `after` are the cursors of the pages next to it, None if none."""

    rows: Sequence[Application]
    before: Cursor | None
    after: Cursor | None


def page(listing: Listing) -> Page:
    """Return the page of `listing`. A page before the first row is the first page."""
    pks, more = _pks(listing)
    if listing.before is not None and not more:
        listing = listing.first_page
        pks, more = _pks(listing)
    shown = rows(pks)
    if not shown:
        return Page(rows=[], before=None, after=None)
    has_before = more if listing.before is not None else listing.after is not None
    has_after = listing.before is not None or more
    return Page(
        rows=shown,
        before=cursor(listing, shown[0]) if has_before else None,
        after=cursor(listing, shown[-1]) if has_after else None,
    )


def on_page(listing: Listing) -> list[int]:
    """Return the ids of the rows on the page of `listing`, in its order."""
    return _pks(listing)[0]


def neighbours(listing: Listing, application: Application) -> tuple[int | None, int | None]:
    """Return the ids of the rows before and after `application` in `listing`, whether or not it matches."""
    place = cursor(listing, application)
    before = _nearest(listing, place, 1, backwards=True)
    after = _nearest(listing, place, 1, backwards=False)
    return next(iter(before), None), next(iter(after), None)


def walk(listing: Listing, at_once: int = 500) -> Iterator[list[int]]:
    """Yield the ids of all rows of `listing` in its order, `at_once` at a time.

    Only a row that changes meanwhile may come twice or be missed: each part starts after the sort key that
    the last row had when it was read.
    """
    key: Key | None = None
    while keys := _keys(listing, key, at_once, backwards=False):
        key = keys[-1]
        yield [pk for *_, pk in keys]


def cursor(listing: Listing, row: Application) -> Cursor:
    """Return the cursor of `row`."""
    sort = listing.sort
    if sort.column is None or sort.holds_a_name:
        return Cursor(pk=row.pk)
    return Cursor(pk=row.pk, value=getattr(row, sort.column))


def _pks(listing: Listing) -> tuple[list[int], bool]:
    """Return the ids of the page, and whether there are more in its direction."""
    backwards = listing.before is not None
    pks = _nearest(listing, listing.before or listing.after, PAGE_ROWS + 1, backwards=backwards)
    page_pks, more = pks[:PAGE_ROWS], len(pks) > PAGE_ROWS
    return (page_pks[::-1] if backwards else page_pks), more


def _nearest(listing: Listing, place: Cursor | None, most: int, *, backwards: bool) -> list[int]:
    """Return the ids of the matching rows beyond `place`, nearest first."""
    key = _key(listing, place) if place else None
    return [pk for *_, pk in _keys(listing, key, most, backwards=backwards)]


def _keys(listing: Listing, key: Key | None, most: int, *, backwards: bool) -> list[Key]:
    """Return the sort keys of the matching rows beyond `key`, nearest first."""
    found = matching(listing).order_by(*listing.sort.ordering(backwards=backwards))
    keys: list[Key] = []
    for part in [found] if key is None else _beyond(found, listing.sort, key, backwards=backwards):
        if len(keys) < most:
            keys += part.values_list(*listing.sort.columns)[: most - len(keys)]
    return keys


def _beyond(
    found: ApplicationQuerySet, sort: Sort, key: Key, *, backwards: bool
) -> list[ApplicationQuerySet]:
    """Return two queries for the rows beyond `key`: those with an equal column, then the others.

    As one condition, (column, id) > (value, id), SQLite would use the column of the index alone and read all
    rows with an equal column.
    """
    *value, pk = key
    side = "lt" if sort.descending != backwards else "gt"
    if sort.column is None:
        return [found.filter(**{f"pk__{side}": pk})]
    tied = found.filter(**{sort.column: value[0], f"pk__{side}": pk})
    return [tied, found.filter(**{f"{sort.column}__{side}": value[0]})]


def _key(listing: Listing, place: Cursor) -> Key | None:
    """Return the sort key at `place`; None if it is not known, as for a deleted row."""
    sort = listing.sort
    if sort.column is None:
        return [place.pk]
    if not sort.holds_a_name:
        return None if place.value is None else [place.value, place.pk]
    of_job = Application.objects.filter(job_id=listing.job_id, pk=place.pk)
    name = of_job.values_list(sort.column, flat=True).first()
    return None if name is None else [name, place.pk]
