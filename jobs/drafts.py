"""Drafts of a job's criteria: the rows of a form before anything is saved."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from django.http import QueryDict

from jobs.criteria import Criterion, Weight, WrongCriteria, listed
from jobs.criteria.drawing import draw
from jobs.models import JobVersion


@dataclass(frozen=True, kw_only=True)
class Row:
    """One criterion as typed; `wrong` says why it cannot be saved."""

    text: str = ""
    weight: str = Weight.MUST
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The rows and their origin: `drawn` holds their digest and that of the description they were drawn from.

    `wrong` is about all rows; `focus` is the id of the element to focus.
    """

    rows: Sequence[Row] = ()
    drawn: str = ""
    wrong: str = ""
    focus: str = ""

    @classmethod
    def of_version(cls, version: JobVersion | None) -> "Draft":
        """Return the draft of a form for `version`; for a new job, an empty one."""
        if version is None:
            return _drawn((), "")
        rows = _rows(version.wanted)
        return _drawn(rows, version.description) if version.criteria_drawn else cls(rows=rows)

    @classmethod
    def posted(cls, form: QueryDict) -> "Draft":
        """Return the draft that the browser sent."""
        pairs = zip_longest(form.getlist("criterion"), form.getlist("weight"), fillvalue="")
        rows = [Row(text=text, weight=weight or Weight.MUST) for text, weight in pairs]
        return cls(rows=rows, drawn=form.get("drawn", ""))

    def after(self, action: str, description: str) -> "Draft":
        """Apply a button: “add”, “draw”, “up-2”, “down-2” or “remove-2”; 1 is the first row."""
        name, _, number = action.partition("-")
        at = int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 4 else -1
        match name:
            case "draw":
                return replace(_drawn(_rows(draw(description)), description), focus="draw")
            case "add":
                rows = [*self.rows, Row()]
                return replace(self, rows=rows, focus=f"criterion-{len(rows)}")
            case "remove" if 0 <= at < len(self.rows):
                rows = [*self.rows[:at], *self.rows[at + 1 :]]
                return replace(self, rows=rows, focus=f"remove-{min(at + 1, len(rows))}" if rows else "add")
            case "up" if 1 <= at < len(self.rows):
                return self._moved(at, at - 1, name)
            case "down" if 0 <= at < len(self.rows) - 1:
                return self._moved(at, at + 1, name)
        return self

    def _moved(self, at: int, to: int, name: str) -> "Draft":
        rows = list(self.rows)
        rows.insert(to, rows.pop(at))
        ends = {0: "down", len(rows) - 1: "up"}  # there the other button is off
        return replace(self, rows=rows, focus=f"{ends.get(to, name)}-{to + 1}")

    def filled(self) -> "Draft":
        """Return the draft without empty rows."""
        return replace(self, rows=[row for row in self.rows if row.text.strip()])

    def chosen(self, description: str) -> tuple[Criterion, ...]:
        """Return the criteria; drawn ones that nobody edited follow the description. Raises WrongCriteria."""
        if self.is_drawn and not self.drawn.endswith(f"-{_mark(description)}"):
            return draw(description)
        return listed(self._pairs)

    def blamed(self, wrong: WrongCriteria) -> "Draft":
        """Return the draft with the error at its row."""
        if wrong.at is None:
            return replace(self, wrong=str(wrong))
        rows = list(self.rows)
        rows[wrong.at] = replace(rows[wrong.at], wrong=str(wrong))
        return replace(self, rows=rows, focus=f"criterion-{wrong.at + 1}")

    @property
    def is_drawn(self) -> bool:
        """Whether the rows are as they were drawn."""
        return self.drawn.startswith(f"{_mark(self._pairs)}-")

    @property
    def weights(self) -> list[Weight]:
        """The choices of a row."""
        return list(Weight)

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        return [(" ".join(row.text.split()), str(row.weight)) for row in self.rows]


def _drawn(rows: Sequence[Row], description: str) -> Draft:
    draft = Draft(rows=rows)
    return replace(draft, drawn=f"{_mark(draft._pairs)}-{_mark(description)}")


def _rows(criteria: Iterable[Criterion]) -> list[Row]:
    return [Row(text=criterion.text, weight=criterion.weight) for criterion in criteria]


def _mark(said: object) -> str:
    """Return a digest of `said`."""
    return hashlib.blake2s(repr(said).encode(errors="surrogatepass"), digest_size=8).hexdigest()
