"""Eight ways to lay out the same facts. Two are held out: nothing is tuned with them."""

from collections.abc import Callable

from tests.screening.facts import Person
from tests.screening.layouts import banner, classic, dense, margin, office, sidebar, tables, two_pages

LAYOUTS: dict[str, Callable[[Person], bytes]] = {
    "classic": classic.pdf,
    "sidebar": sidebar.pdf,
    "margin": margin.pdf,
    "dense": dense.pdf,
    "two_pages": two_pages.pdf,
    "office": office.word,
    "tables": tables.pdf,
    "banner": banner.pdf,
}
HELD_OUT = frozenset(["tables", "banner"])
WORD = frozenset(["office"])  # the others are PDFs
LONG = frozenset(["two_pages"])  # the others mostly have one page
