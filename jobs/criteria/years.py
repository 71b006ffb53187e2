"""Years of experience in jobs and résumés."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

NAMES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
IN_WORDS = {word: number for number, word in enumerate(NAMES.split(), 1)} | {"twenty": 20}
_NUMBER = rf"\d{{1,2}}(?:[.,]\d)?|{'|'.join(IN_WORDS)}"
_YEARS = r"(?:years?|yrs?|jahren?|ans|années|años)(?:['’]s?)?"
# “5+ years”, “3-5 years” (three are enough), “five or more years”.
YEARS = re.compile(
    rf"(?i)(?<![\w.,])({_NUMBER})\s?\+?\s*(?:(?:-|–|to|bis|à|a)\s*(?:{_NUMBER})\s?\+?\s*)?(?:or more\s+|full\s+)?{_YEARS}(?!\w)"
)
OF_AGE = re.compile(r"(?i)^\s*(?:old|of age|alt)\b")
AT_MOST = re.compile(r"(?i)\b(?:no more than|not more than|at most|less than|fewer than|maximum|up to)\b")
EXPERIENCE = re.compile(
    r"(?i)\bexperience[ds]?\b|\berfahrung\w*|\bexpérience\b|\bexperiencia\b|\bcareer\b|\bprofessional(?:ly)?\b|\bpractice\b|\bin the (?:industry|field)\b"
)


@dataclass(frozen=True)
class Stated:
    """A number of years and its place in the line."""

    number: float
    start: int
    end: int


def stated(line: str) -> Iterator[Stated]:
    """Yield the numbers of years in `line`, except ages."""
    for match in YEARS.finditer(line):
        if not OF_AGE.match(line[match.end() :]):
            yield Stated(_number(match.group(1)), match.start(), match.end())


def asked(line: str) -> float:
    """Return the years that `line` of a job asks for, 0 if none."""
    return next((found.number for found in stated(line)), 0.0)


def is_bound_or_age(line: str) -> bool:
    """Whether the years in `line` of a job are a maximum or an age."""
    at_most = AT_MOST.search(line) is not None and YEARS.search(line) is not None
    return at_most or any(OF_AGE.match(line[match.end() :]) for match in YEARS.finditer(line))


def speaks_of_experience(line: str) -> bool:
    return EXPERIENCE.search(line) is not None


def in_words(number: float) -> str:
    """Return “1 year”, “5 years”, “2.5 years”."""
    return f"{number:g} year{'' if number == 1 else 's'}"


def _number(text: str) -> float:
    return float(IN_WORDS.get(text.casefold(), 0) or text.replace(",", "."))
