"""Who is read for which job in which layout; what may be used for tuning, and what may not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.screening.facts import Opening, Person, Truth
from tests.screening.layouts import HELD_OUT, LAYOUTS, WORD
from tests.screening.openings import OPENINGS

HELD_OUT_FIELDS = frozenset(opening.field for opening in OPENINGS if opening.is_held_out)


class Part(StrEnum):
    """A held-out layout of people and jobs that are tuned with; anything about the held-out job or its people."""

    TUNING = "tuning"
    HELD_OUT_LAYOUTS = "held_out_layouts"
    HELD_OUT_JOB = "held_out_job"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A person's résumé in a layout."""

    person: Person
    layout: str

    @property
    def name(self) -> str:
        return f"{self.person.number:03}-{self.layout}.{'docx' if self.layout in WORD else 'pdf'}"

    @property
    def content(self) -> bytes:
        return LAYOUTS[self.layout](self.person)

    @property
    def part(self) -> Part:
        """Which part its fields (name, e-mail, …) belong to."""
        if self.person.field in HELD_OUT_FIELDS:
            return Part.HELD_OUT_JOB
        return Part.HELD_OUT_LAYOUTS if self.layout in HELD_OUT else Part.TUNING


@dataclass(frozen=True, kw_only=True)
class Case:
    """A résumé for a job."""

    sheet: Sheet
    opening: Opening

    @property
    def truth(self) -> Truth:
        return self.opening.truth(self.sheet.person)

    @property
    def part(self) -> Part:
        return Part.HELD_OUT_JOB if self.opening.is_held_out else self.sheet.part


def sheets(people: Iterable[Person]) -> Iterator[Sheet]:
    return (Sheet(person=person, layout=layout) for person in people for layout in LAYOUTS)


def cases(of: Iterable[Sheet]) -> Iterator[Case]:
    return (Case(sheet=sheet, opening=opening) for sheet in of for opening in OPENINGS)
