"""What a job asks for, drawn from its description: terms, a degree, years; required or nice to have."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jobs.criteria import Weight, degrees
from jobs.criteria.tokens import GAP, Token, cleaned, tokens, word
from jobs.criteria.vocabulary import (
    DEGREES,
    FILLERS,
    GENERIC,
    LETTERED,
    MUST_HEADINGS,
    MUST_WORDS,
    NEUTRAL_HEADINGS,
    NICE_HEADINGS,
    NICE_WORDS,
    SKILLS,
    SOFT,
    WORDS_TOO,
)

MOST_TERMS = 30  # what fits into an answer
MOST_WORDS = 3  # of a term that no vocabulary knows
YEARS = re.compile(r"(?i)\b(\d{1,2})\s?\+?\s*(?:or more\s+)?(?:years|yrs)\b")


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

    def stands_in(self, row: Sequence[Token]) -> bool:
        """Whether the words stand in `row`, one behind the other."""
        if self.minds_case:
            return any(
                token.text == self.written and (at == 0 or row[at - 1].text.casefold() not in LETTERED)
                for at, token in enumerate(row)
            )
        return any(
            all(
                word in row[at + step].forms and (step == 0 or GAP not in row[at + step].before)
                for step, word in enumerate(self.words)
            )
            and (row[at].text[0].isupper() or self.words[0] not in WORDS_TOO)
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
    for line, weight, listed in _weighed(description):
        for requirement in _of_line(line, weight, listed=listed):
            found.setdefault((requirement.kind, requirement.key.casefold()), requirement)
    return list(found.values())[:MOST_TERMS]


def _weighed(description: str) -> Iterator[tuple[str, Weight, bool]]:
    """The sentences that ask for something, with how much, and whether they stand under such a heading.

    Without a heading for what is required, every line asks that stands under no other one.
    """
    lines = [cleaned(line) for line in description[:50_000].splitlines()]
    lines = [line for line in lines if line]
    headings = [_heading(line) for line in lines]
    has_required = any(heading and heading[0] is Weight.MUST for heading in headings)
    section: Weight | None = None if has_required else Weight.MUST
    listed = False
    for line, heading in zip(lines, headings, strict=True):
        if heading is not None:
            (section, line), listed = heading, True
        if section is not None:
            for part in _parts(line):
                yield part, Weight.NICE if _says(part, NICE_WORDS) else section, listed


def _parts(line: str) -> Iterator[str]:
    """Its sentences; one that asks for this and would like that in its parts."""
    for sentence in filter(None, re.split(r"(?<=[.;!?])\s+", line)):
        mixed = _says(sentence, NICE_WORDS) and _says(sentence, MUST_WORDS)
        yield from re.split(r",\s*|\s+but\s+", sentence) if mixed else [sentence]


def _heading(line: str) -> tuple[Weight | None, str] | None:
    """Return the section that `line` opens and what stands behind its colon; None where it opens none."""
    title, _, rest = line.partition(":")
    words = title.casefold().replace("-", " ").replace("’", "'").split()
    if len(words) > 6 or (not rest and line.endswith(".")):
        return None
    said = " ".join(words)
    bare = ":" not in line and any(_known(tokens(line)))  # it opens with a heading's words and asks itself
    for headings, weight in (
        (NICE_HEADINGS, Weight.NICE),
        (MUST_HEADINGS, Weight.MUST),
        (NEUTRAL_HEADINGS, None),
    ):
        if any(said == heading or (not bare and said.startswith(heading + " ")) for heading in headings):
            return weight, rest.strip()
    return None


def _says(line: str, words: tuple[str, ...]) -> bool:
    said = line.casefold().replace("-", " ")
    return any(re.search(rf"\b{word}\b", said) for word in words)


def _of_line(line: str, weight: Weight, *, listed: bool) -> Iterator[Requirement]:
    if years := YEARS.search(line):
        number = int(years.group(1))
        yield Requirement(f"{number} years of experience", Kind.YEARS, weight, number=number)
    row = tokens(line)
    degree = degrees.lowest(row)
    if degree:
        optional = "equivalent" in line.casefold()
        yield Requirement(
            _degree_name(degree), Kind.DEGREE, Weight.NICE if optional else weight, number=degree
        )
    for terms in _groups(line, row, plain=listed and not degree and not years):
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
    """Terms that the vocabulary knows and words that only technology writes so.

    “A or B”, “A, B or C” and “A/B” are one group: any of it will do.
    """
    chain: tuple[Term, ...] = ()  # what a comma or an “or” has joined so far
    either = False
    for term, link in _linked(row):
        if chain and link == "/" and not either:
            yield from _each(chain[:-1])
            chain, either = (chain[-1], term), True
        elif chain and (link in ("or", "/") or (link == "," and not either)):
            chain, either = (*chain, term), either or link == "or"
        else:
            yield from [chain] if either else _each(chain)
            chain, either = (term,), False
    yield from [chain] if either else _each(chain)


def _each(terms: tuple[Term, ...]) -> Iterator[tuple[Term, ...]]:
    return ((term,) for term in terms)


def _linked(row: tuple[Token, ...]) -> Iterator[tuple[Term, str]]:
    """The terms in `row`, each with what stands between it and the one before: a “,”, a “/”, an “or”."""
    link, at = "", 0
    while at < len(row):
        term = _term_at(row, at)
        link += row[at].before
        if term:
            yield term, link.casefold().replace(", or", " or").strip()
            link = ""
        else:
            link += row[at].text
        at += len(term.words) if term else 1


def _term_at(row: tuple[Token, ...], at: int) -> Term | None:
    """The longest known term that begins at token `at`."""
    for length in (3, 2, 1):
        part = row[at : at + length]
        words = tuple(word(token.text) for token in part)
        written = " ".join(token.text for token in part)
        if len(part) == length and " ".join(words) in SKILLS and _stands_for_itself(written):
            return Term(written, words)
    text = row[at].text
    return Term(text, (word(text),)) if _looks_technical(text) else None


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
        written = " ".join(words)
        if 0 < len(words) <= MOST_WORDS and len(max(words, key=len)) > 2 and written.casefold() not in SOFT:
            yield Term(written, tuple(word(text) for text in words))
