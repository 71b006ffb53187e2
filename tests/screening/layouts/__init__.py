"""Six ways to lay out the same facts. Two are held out: nothing is tuned with them."""

from collections.abc import Callable

from tests.screening.facts import Person
from tests.screening.layouts import banner, classic, dense, margin, sidebar, tables

LAYOUTS: dict[str, Callable[[Person], bytes]] = {
    "classic": classic.pdf,
    "sidebar": sidebar.pdf,
    "margin": margin.pdf,
    "dense": dense.pdf,
    "tables": tables.pdf,
    "banner": banner.pdf,
}
HELD_OUT = frozenset(["tables", "banner"])
