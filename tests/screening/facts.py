"""What is true of a person and what a job asks for: values, and from both the truth about the two together."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Truth(StrEnum):
    """A person for a job: all musts are met; at least half of them; fewer."""

    QUALIFIED = "qualified"
    BORDERLINE = "borderline"
    UNQUALIFIED = "unqualified"


class Month(NamedTuple):
    year: int
    month: int

    @property
    def number(self) -> int:
        return self.year * 12 + self.month - 1

    def before(self, months: int) -> "Month":
        year, month = divmod(self.number - months, 12)
        return Month(year, month + 1)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A sentence about a role and the skills that were used for it."""

    text: str
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role:
    """`end` is the last month worked; `is_present` says that it is the current one. `field` "" is another line of work."""

    title: str
    employer: str
    place: str
    field: str
    start: Month
    end: Month
    is_present: bool
    duties: tuple[Duty, ...]

    @property
    def months(self) -> range:
        return range(self.start.number, self.end.number + 1)


@dataclass(frozen=True, kw_only=True)
class Degree:
    """`rank` is 0 for no degree (an apprenticeship, a school), 1 bachelor, 2 master."""

    rank: int
    written: str
    school: str
    year: int


@dataclass(frozen=True, kw_only=True)
class Name:
    given: str
    family: str
    origin: str

    def __str__(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(frozen=True, kw_only=True)
class Person:
    """`listed` are the skills as the résumé lists them; the truth counts only what was used in a role."""

    number: int
    name: Name
    email: str
    phone: str  # E.164
    phone_written: str
    place: str
    field: str
    headline: str
    summary: str
    roles: tuple[Role, ...]  # newest first
    degrees: tuple[Degree, ...]
    listed: tuple[str, ...]
    languages: tuple[tuple[str, str], ...]
    interests: tuple[str, ...]

    @property
    def skills(self) -> frozenset[str]:
        return frozenset(skill for role in self.roles for duty in role.duties for skill in duty.skills)

    @property
    def degree(self) -> int:
        return max((degree.rank for degree in self.degrees), default=0)

    @property
    def years(self) -> float:
        """Years of work of any kind; what overlaps counts once."""
        return _years(self.roles)

    def years_in(self, field: str) -> float:
        return _years(role for role in self.roles if role.field == field)


def _years(roles: Iterable[Role]) -> float:
    return len({month for role in roles for month in role.months}) / 12


@dataclass(frozen=True, kw_only=True)
class Must:
    """What a job asks for: any one of some skills, years in the job's field, or a degree. `text` is how it asks."""

    text: str
    any_of: tuple[str, ...] = ()
    years: int = 0
    degree: int = 0

    def is_met(self, person: Person, field: str) -> bool:
        if self.years:
            return person.years_in(field) >= self.years
        if self.degree:
            return person.degree >= self.degree
        return any(skill in person.skills for skill in self.any_of)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A job: its field is its key."""

    field: str
    title: str
    description: str
    musts: tuple[Must, ...]
    is_held_out: bool = False

    def missing(self, person: Person) -> tuple[Must, ...]:
        return tuple(must for must in self.musts if not must.is_met(person, self.field))

    def truth(self, person: Person) -> Truth:
        missing = len(self.missing(person))
        if not missing:
            return Truth.QUALIFIED
        return Truth.UNQUALIFIED if missing > len(self.musts) / 2 else Truth.BORDERLINE
