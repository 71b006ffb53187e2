"""One view of a job's table, as its query string has it."""

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
LONGEST_NAME = 200  # of a model, in characters
CURSOR = re.compile(r"(?:(\d{1,18})\.)?(\d{1,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A place in the table: the id of a row and what it was sorted by when its page was made.

    When that row is decided on, it moves, and the next page must not move with it. Names of candidates do not
    go into addresses, because logs keep those: sorted by name, a cursor has the id alone.
    """

    pk: int
    value: int | None = None

    def __str__(self) -> str:
        return str(self.pk) if self.value is None else f"{self.value}.{self.pk}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """Parse `value.pk` or `pk`; None if it is neither."""
        found = CURSOR.fullmatch(text)
        if found is None:
            return None
        value, pk = found.groups()
        return cls(pk=int(pk), value=None if value is None else int(value))


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`?q=python&outcome=Shortlisted&sort=name&after=12`: a search, filters, an order and a place in it.

    `since` and `until` are days in UTC, inclusive. `invalid` and `earlier` add what is otherwise left out:
    documents that are not résumés, and superseded résumés. `model` is the name of a registry row.
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
        """Parse a query string; ignore what is not valid."""
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
            after=Cursor.parse(query.get("after", "")),
            before=Cursor.parse(query.get("before", "")),
        )

    @property
    def is_first_page(self) -> bool:
        return self.after is None and self.before is None

    @property
    def filters(self) -> int:
        """The number of active filters, the search included."""
        given = [self.q, self.outcome, self.decision, self.model, self.mode, self.flagged, self.stale]
        return sum(bool(part) for part in [*given, self.since, self.until])

    @property
    def first_page(self) -> "Listing":
        return replace(self, after=None, before=None)

    def sorted_by(self, sort: Sort) -> "Listing":
        return replace(self.first_page, sort=sort)

    @property
    def query(self) -> str:
        """The query string of this view, without defaults."""
        values = {
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
        return urlencode({name: value for name, value in values.items() if value})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
