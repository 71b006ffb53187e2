"""One view of a job's table, as its address says it."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from candidates.models import DecisionOrder, OutcomeOrder
from candidates.table.sorting import NEWEST_FIRST, SORTS, Sort
from models_admin.models import Mode

LONGEST_SEARCH = 200
LONGEST_NAME = 200  # of a model
CURSOR = re.compile(r"(?:(\d{1,18})\.)?(\d{1,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place between two rows: the row it stands at, and where that was sorted when its page was made.

    A row that is decided on meanwhile moves, and the next page must not move with it. The name of a candidate
    is not written into addresses, which are kept in logs: there the row alone is named.
    """

    pk: int
    value: int | None = None

    def __str__(self) -> str:
        return str(self.pk) if self.value is None else f"{self.value}.{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        found = CURSOR.fullmatch(text)
        if found is None:
            return None
        value, pk = found.groups()
        return cls(pk=int(pk), value=None if value is None else int(value))


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`?q=python&outcome=Shortlisted&sort=name&after=12`: a search, filters, an order, and a place in it.

    Days are those of UTC, both within. `invalid` and `earlier` show what is passed over else: what is no
    résumé, and résumés of which the same person sent a newer one. `model` is the name of a registry row.
    """

    job_id: int
    q: str = ""
    outcome: OutcomeOrder | None = None
    decision: DecisionOrder | None = None
    model: str = ""
    mode: Mode | None = None
    flagged: bool = False
    stale: bool = False
    since: date | None = None
    until: date | None = None
    invalid: bool = False
    earlier: bool = False
    sort: Sort = NEWEST_FIRST
    after: Cursor | None = None
    before: Cursor | None = None

    @classmethod
    def from_query(cls, job_id: int, query: QueryDict) -> Self:
        """Read the address; what makes no sense in it is left out."""
        modes = {mode.value: mode for mode in Mode}
        return cls(
            job_id=job_id,
            q=" ".join(query.get("q", "").split())[:LONGEST_SEARCH],
            outcome={order.label: order for order in OutcomeOrder}.get(query.get("outcome", "")),
            decision={order.label: order for order in DecisionOrder}.get(query.get("decision", "")),
            model=query.get("model", "")[:LONGEST_NAME].replace("\0", ""),
            mode=modes.get(query.get("mode", "")),
            flagged=query.get("flagged") == "1",
            stale=query.get("stale") == "1",
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            invalid=query.get("invalid") == "1",
            earlier=query.get("earlier") == "1",
            sort=SORTS.get(query.get("sort", ""), NEWEST_FIRST),
            after=Cursor.read(query.get("after", "")),
            before=Cursor.read(query.get("before", "")),
        )

    @property
    def is_first_page(self) -> bool:
        return self.after is None and self.before is None

    @property
    def filters(self) -> int:
        """How many things narrow the table."""
        given = [self.q, self.outcome, self.decision, self.model, self.mode, self.flagged, self.stale]
        return sum(bool(part) for part in [*given, self.since, self.until])

    @property
    def first_page(self) -> "Listing":
        return replace(self, after=None, before=None)

    def sorted_by(self, sort: Sort) -> "Listing":
        return replace(self.first_page, sort=sort)

    @property
    def query(self) -> str:
        """The address's query string, with nothing in it that goes without saying."""
        said = {
            "q": self.q,
            "outcome": self.outcome.label if self.outcome else "",
            "decision": self.decision.label if self.decision else "",
            "model": self.model,
            "mode": self.mode.value if self.mode else "",
            "flagged": "1" if self.flagged else "",
            "stale": "1" if self.stale else "",
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "invalid": "1" if self.invalid else "",
            "earlier": "1" if self.earlier else "",
            "sort": "" if self.sort is NEWEST_FIRST else self.sort.key,
            "after": str(self.after) if self.after else "",
            "before": str(self.before) if self.before else "",
        }
        return urlencode({name: value for name, value in said.items() if value})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
