"""How right an answer is, held against the facts. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from candidates.evaluations.answers import Answer, Met
from tests.screening.cases import Case
from tests.screening.facts import Must, Opening, Person, Truth

YEARS_OFF = 1.0  # where only years stand in a résumé, its months are anybody's guess


@dataclass(frozen=True, kw_only=True)
class Found:
    """`right` of what was found, `wrong` of it, and what was `missed`. What is wrong was missed as well."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Found") -> "Found":
        return Found(
            right=self.right + other.right, wrong=self.wrong + other.wrong, missed=self.missed + other.missed
        )

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where nothing was right."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def fields(answer: Answer, years: float, person: Person) -> dict[str, Found]:
    """What is said of the person, field by field; `years` of work are right within one."""
    return {
        "name": _value(answer.name and plain(answer.name), plain(str(person.name))),
        "email": _value(answer.email and answer.email.lower(), person.email),
        "phone": _value(answer.phone, person.phone),
        "years": _years(years, person.years),
    }


def _years(said: float, true: float) -> Found:
    if not said:
        return Found(missed=1)
    return Found(right=1) if abs(said - true) <= YEARS_OFF else Found(wrong=1, missed=1)


def musts(case: Case, said: Mapping[str, Met]) -> dict[str, Found]:
    """What the answer says of what the job must have; `said` holds verdicts by the criterion's text.

    "skills", "enough_years" and "degree": met and truly so is right, met and not so is wrong, not met but true is missed.
    """
    found: dict[str, Found] = {}
    met_ones = {must_of(text, case.opening) for text, verdict in said.items() if verdict is Met.MET}
    for must in case.opening.musts:
        kind = "enough_years" if must.years else "degree" if must.degree else "skills"
        true, met = must.is_met(case.sheet.person, case.opening.field), must in met_ones
        one = Found(right=int(true and met), wrong=int(met and not true), missed=int(true and not met))
        found[kind] = found.get(kind, Found()) + one
    return found


def must_of(text: str, opening: Opening) -> Must | None:
    """The must that a criterion in these words is about; None where it is about something else, or nice to have."""
    said = _words(text)
    for must in opening.musts:
        if must.years:
            about = re.search(rf" {must.years} (?:\w+ )?years? ", said) is not None
        elif must.degree:
            about = any(word in said for word in (" bachelor", " degree"))
        else:
            about = any(_words(skill) in said for skill in must.any_of)
        if about:
            return must
    return None


def _words(text: str) -> str:
    words = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    return f" {words} "


def plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _value(said: str | None, true: str) -> Found:
    if not said:
        return Found(missed=1)
    return Found(right=1) if said == true else Found(wrong=1, missed=1)


@dataclass(frozen=True)
class Matrix:
    """How often each truth came to each outcome."""

    counts: Mapping[tuple[Truth, str], int]

    @classmethod
    def of(cls, readings: Iterable[tuple[Truth, str]]) -> "Matrix":
        return cls(Counter(readings))

    def share(self, truth: Truth, outcome: str) -> float:
        return self.counts.get((truth, outcome), 0) / max(1, self.of_truth(truth))

    def of_truth(self, truth: Truth) -> int:
        return sum(count for (row, _), count in self.counts.items() if row is truth)


def same_but_for_the_name(answers: Sequence[Answer]) -> bool:
    """Whether the answers agree in everything but who the person is."""
    return (
        len({answer.model_copy(update={"name": None, "email": None}).model_dump_json() for answer in answers})
        == 1
    )
