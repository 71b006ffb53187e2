"""Requirements of a job that rules can look for: terms, years, a degree, a language, a work permit.

`drawn` draws requirements from a description; `parsed` parses a criterion that a person wrote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from jobs.criteria import Criterion, Weight, degrees, descriptions, languages, permits, terms, years
from jobs.criteria.descriptions import Sentence
from jobs.criteria.terms import Alternatives
from jobs.criteria.tokens import cleaned, tokens

MOST_REQUIREMENTS = 30  # fit into an answer
MOST_WORDS = 4  # of a criterion that the vocabulary does not know; rules cannot look for longer ones
RECENT_YEARS = 3
RECENT = re.compile(
    r"(?i)\b(?:(?:in|within|during|over) the (?:last|past) (?:(?P<years>\d{1,2}) years|few years|year)|recent(?:ly)?)\b"
)


class Kind(StrEnum):
    TERM = "term"
    YEARS = "years"
    DEGREE = "degree"
    LANGUAGE = "language"
    PERMIT = "permit"
    UNKNOWN = "unknown"  # rules cannot judge it


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One thing that a job asks for. `key` names it in answers, `text` is for people.

    All `groups` are required; any term of a group is enough. `number` is of years, a degree's rank, or a
    language's level; 0 = any. `recent_years` is how long ago the last use may be, 0 = any time.
    """

    key: str
    text: str
    weight: Weight
    kind: Kind
    groups: tuple[Alternatives, ...] = ()
    number: float = 0
    recent_years: int = 0
    languages: tuple[str, ...] = ()
    either: bool = False  # any of the languages is enough
    fields: frozenset[str] = frozenset()  # of a degree, empty = any
    related: bool = False  # a related field is enough
    replaceable: bool = False  # experience can replace the degree


def drawn(description: str) -> list[Requirement]:
    """Return the requirements in `description`, in order, without duplicates; keys are texts."""
    found: dict[tuple[Kind, str], Requirement] = {}
    for sentence in descriptions.asking(description):
        for requirement in _of_sentence(sentence):
            found.setdefault((requirement.kind, requirement.text.casefold()), requirement)
    return list(found.values())[:MOST_REQUIREMENTS]


def parsed(criterion: Criterion) -> Requirement:
    """Return what to look for to judge `criterion`, however a person worded it."""
    line = cleaned(criterion.text)
    whole = Requirement(key=criterion.key, text=line, weight=criterion.weight, kind=Kind.UNKNOWN)
    said, recent_years = _without_recency(line)
    row = tokens(said)
    if permits.asked(said):
        return replace(whole, kind=Kind.PERMIT)
    if asked := languages.asked(said):
        return _language(whole, asked)
    if rank := degrees.lowest(row):
        return _degree(whole, said, rank)
    if years.is_bound_or_age(said):
        return whole
    number = years.asked(said)
    groups = tuple(_wanted(said))
    if number:
        is_experience = bool(groups) or years.speaks_of_experience(said)
        return replace(whole, kind=Kind.YEARS, groups=groups, number=number) if is_experience else whole
    if groups:
        return replace(whole, kind=Kind.TERM, groups=groups, recent_years=recent_years)
    return whole


def _without_recency(line: str) -> tuple[str, int]:
    """Return `line` without its “in the last 3 years”, and those years; 0 if it has none."""
    found = RECENT.search(line)
    if found is None:
        return line, 0
    rest = f"{line[: found.start()]} {line[found.end() :]}"
    return " ".join(rest.split()), int(found.group("years") or RECENT_YEARS)


def _wanted(line: str) -> Iterator[Alternatives]:
    """Yield what a criterion names: terms of the vocabulary, else its own few words."""
    line = years.YEARS.sub(" ", line)
    groups = terms.groups(line, tokens(line), plain=False)
    if groups:
        yield from groups
        return
    found = list(terms.phrases(re.sub(r"(?i)\b(?:oder|ou)\b|/", " or ", line), MOST_WORDS))
    either = re.search(r"(?i)\s(?:or|oder|ou)\s|/", line) is not None
    yield from [tuple(found)] if either and found else [(term,) for term in found]


def _of_sentence(sentence: Sentence) -> Iterator[Requirement]:
    line, weight = sentence.text, sentence.weight
    row = tokens(line)

    def found(text: str, kind: Kind) -> Requirement:
        return Requirement(key=text, text=text, weight=weight, kind=kind)

    if permits.asked(line):
        yield found(line.rstrip(".")[:100], Kind.PERMIT)
        return
    asked = languages.asked(line)
    if asked and languages.says_languages(line):
        yield _language(found(line.rstrip(".")[:100], Kind.LANGUAGE), asked)
        return
    number = years.asked(line)
    if number:
        yield replace(found(f"{years.in_words(number)} of experience", Kind.YEARS), number=number)
    rank = degrees.lowest(row)
    if rank:
        degree = _degree(found(degrees.named(rank, line), Kind.DEGREE), line, rank)
        yield replace(degree, weight=Weight.NICE) if degree.replaceable else degree
    described = bool(rank or number)  # then a line of work belongs to the years or the degree
    for group in terms.groups(line, row, plain=sentence.is_listed and not described):
        if described and not any(term.is_tool for term in group):
            continue
        yield replace(found(" or ".join(term.written for term in group), Kind.TERM), groups=(group,))


def _language(whole: Requirement, asked: languages.Asked) -> Requirement:
    return replace(
        whole, kind=Kind.LANGUAGE, languages=asked.languages, either=asked.either, number=asked.level
    )


def _degree(whole: Requirement, line: str, rank: int) -> Requirement:
    return replace(
        whole,
        kind=Kind.DEGREE,
        number=rank,
        fields=degrees.fields(line),
        related=degrees.RELATED.search(line) is not None,
        replaceable=degrees.IN_ITS_PLACE.search(line) is not None,
    )
