"""What a job asks for, drawn from its description: terms, a degree, years; required or nice to have."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gpu_worker.engines.rules.text import Line, Token, cleaned, tokens
from gpu_worker.engines.rules.vocabulary import (
    DEGREES,
    FILLERS,
    GENERIC,
    MUST_HEADINGS,
    NEUTRAL_HEADINGS,
    NICE_HEADINGS,
    NICE_WORDS,
    SKILLS,
)

MOST_TERMS = 30  # what fits into an answer
MOST_WORDS = 3  # of a term that no vocabulary knows
YEARS = re.compile(r"(?i)\b(\d{1,2})\s?\+?\s*(?:or more\s+)?(?:years|yrs)\b")


class Weight(StrEnum):
    MUST = "must"
    NICE = "nice"


class Kind(StrEnum):
    TERM = "term"
    DEGREE = "degree"
    YEARS = "years"


@dataclass(frozen=True)
class Term:
    """What is looked for: as the job writes it, and its words in order, without case."""

    written: str
    words: tuple[str, ...]

    @property
    def minds_case(self) -> bool:
        """Short words are names of languages only as they are written: Go, R, C."""
        return len(self.written) <= 2

    def stands_in(self, line: Line) -> bool:
        """Whether the words stand in `line`, one behind the other."""
        row = line.tokens
        if self.minds_case:
            return any(token.text == self.written for token in row)
        return any(
            all(word in row[at + step].forms for step, word in enumerate(self.words))
            for at in range(len(row) - len(self.words) + 1)
        )


@dataclass(frozen=True)
class Requirement:
    """`terms` are alternatives, any of which will do; `number` is a degree's rank or the years."""

    key: str
    kind: Kind
    weight: Weight
    terms: tuple["Term", ...] = ()
    number: int = 0


def drawn(description: str) -> list[Requirement]:
    """Return what `description` asks for, in its order, each once; at most `MOST_TERMS`."""
    found: dict[tuple[Kind, str], Requirement] = {}
    for line, weight in _weighed(description):
        for requirement in _of_line(line, weight):
            found.setdefault((requirement.kind, requirement.key.casefold()), requirement)
    return list(found.values())[:MOST_TERMS]


def _weighed(description: str) -> Iterator[tuple[str, Weight]]:
    """The lines that ask for something, with how much. Without any heading, every line asks."""
    lines = [cleaned(line) for line in description[:50_000].splitlines()]
    lines = [line for line in lines if line]
    has_headings = any(_heading(line) is not None for line in lines)
    section: Weight | None = None if has_headings else Weight.MUST
    for line in lines:
        heading = _heading(line)
        if heading is not None:
            section, line = heading
        if section is not None and line:
            yield line, Weight.NICE if _says_nice(line) else section


def _heading(line: str) -> tuple[Weight | None, str] | None:
    """Return the section that `line` opens and what stands behind its colon; None where it opens none."""
    title, _, rest = line.partition(":")
    words = title.casefold().replace("-", " ").replace("’", "'").split()
    if len(words) > 6 or (not rest and line.endswith(".")):
        return None
    said = " ".join(words)
    for headings, weight in (
        (NICE_HEADINGS, Weight.NICE),
        (MUST_HEADINGS, Weight.MUST),
        (NEUTRAL_HEADINGS, None),
    ):
        if any(said == heading or said.startswith(heading + " ") for heading in headings):
            return weight, rest.strip()
    return None


def _says_nice(line: str) -> bool:
    said = line.casefold().replace("-", " ")
    return any(word in said for word in NICE_WORDS)


def _of_line(line: str, weight: Weight) -> Iterator[Requirement]:
    if years := YEARS.search(line):
        number = int(years.group(1))
        yield Requirement(f"{number} years of experience", Kind.YEARS, weight, number=number)
    row = tokens(line)
    degree = max((DEGREES.get(form, 0) for token in row for form in token.forms), default=0)
    if degree:
        yield Requirement(_degree_name(degree), Kind.DEGREE, weight, number=degree)
    for terms in _groups(line, row, plain=not degree and not years):
        yield Requirement(" or ".join(term.written for term in terms), Kind.TERM, weight, terms)


def _groups(line: str, row: tuple[Token, ...], *, plain: bool) -> list[tuple[Term, ...]]:
    """What a line names. Beside a skill that the vocabulary knows, other words only describe it."""
    known = list(_known(row))
    if any(" ".join(term.words) in SKILLS for terms in known for term in terms) or not plain:
        return known
    return [(term,) for term in _phrases(line)]


def _degree_name(rank: int) -> str:
    return {1: "Bachelor's degree", 2: "Master's degree", 3: "Doctorate"}[rank]


def _known(row: tuple[Token, ...]) -> Iterator[tuple[Term, ...]]:
    """Terms that the vocabulary knows and words that only technology writes so; “A or B” is one group."""
    group: tuple[Term, ...] = ()
    joined, after_term, at = False, False, 0
    while at < len(row):
        term = _term_at(row, at)
        if term and joined:
            group = (*group, term)
        elif term:
            if group:
                yield group
            group = (term,)
        joined = after_term and row[at].text.casefold() == "or"
        after_term = term is not None
        at += len(term.words) if term else 1
    if group:
        yield group


def _term_at(row: tuple[Token, ...], at: int) -> Term | None:
    """The longest known term that begins at token `at`."""
    for length in (3, 2, 1):
        part = row[at : at + length]
        words = tuple(token.text.casefold() for token in part)
        written = " ".join(token.text for token in part)
        if len(part) == length and " ".join(words) in SKILLS and _stands_for_itself(written):
            return Term(written, words)
    text = row[at].text
    return Term(text, (text.casefold(),)) if _looks_technical(text) else None


def _stands_for_itself(written: str) -> bool:
    """Go, R and C are languages; go, r and c are not."""
    return len(written) > 2 or written[0].isupper()


def _looks_technical(word: str) -> bool:
    if word.casefold() in DEGREES or word.casefold() in GENERIC:
        return False
    plain = word.rstrip("s")
    inner_capital = any(c.isupper() for c in word[1:]) and any(c.islower() for c in word)
    return (
        word.endswith(("++", "#"))
        or inner_capital
        or (len(plain) > 1 and plain.isupper() and plain.isalpha())
    )


def _phrases(line: str) -> Iterator[Term]:
    """The items of a list in words that nobody knows, such as “sourdough baking”, without their fillers."""
    for item in re.split(r"[,;:()]| and | or ", line.rstrip(".")):
        words = [token.text for token in tokens(item) if token.text.casefold() not in FILLERS]
        if 0 < len(words) <= MOST_WORDS and any(len(word) > 2 for word in words):
            yield Term(" ".join(words), tuple(word.casefold() for word in words))
