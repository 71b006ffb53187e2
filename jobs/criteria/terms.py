"""Terms: names in a line that can be searched for, and their places in other lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jobs.criteria import aliases
from jobs.criteria.tokens import GAP, Token, tokens, word, words
from jobs.criteria.vocabulary import DEGREES, DOMAINS, FILLERS, GENERIC, LETTERED, SKILLS, SOFT, WORDS_TOO

MOST_WORDS = 3  # of a term that the vocabulary does not know
LONGEST_KNOWN = 4  # words
EITHER = ("or", "oder", "ou", "and/or")
KNOWN = frozenset(words(skill) for skill in SKILLS) | aliases.are_known()
LINES_OF_WORK = frozenset(words(domain) for domain in DOMAINS)


@dataclass(frozen=True)
class Term:
    """A term: as the job writes it, and its words in order, normalised for comparison."""

    written: str
    words: tuple[str, ...]

    @property
    def minds_case(self) -> bool:
        """Whether case matters: short names such as Go, R, C are words otherwise."""
        return len(self.written) <= 2

    @property
    def is_tool(self) -> bool:
        """Whether it is the name of a technology, rather than a line of work or unknown words."""
        return (self.words in KNOWN and self.words not in LINES_OF_WORK) or looks_technical(self.written)

    def places(self, row: Sequence[Token]) -> Iterator[int]:
        """Yield the places in `row` at which the words begin, one after the other."""
        for at in range(len(row) - len(self.words) + 1):
            if self._stands_at(row, at):
                yield at

    def stands_in(self, row: Sequence[Token]) -> bool:
        return next(self.places(row), None) is not None

    def _stands_at(self, row: Sequence[Token], at: int) -> bool:
        if self.minds_case:
            lettered = at > 0 and row[at - 1].text.casefold() in LETTERED
            return row[at].text == self.written and not lettered
        whole = all(
            part in row[at + step].forms and (step == 0 or GAP not in row[at + step].before)
            for step, part in enumerate(self.words)
        )
        return whole and (row[at].text[0].isupper() or self.words[0] not in WORDS_TOO)


Alternatives = tuple[Term, ...]  # any of them is enough


@cache
def term(written: str) -> Term:
    return Term(written, words(written))


def groups(line: str, row: tuple[Token, ...], *, plain: bool) -> list[Alternatives]:
    """Return the terms in a line. Next to a known skill, other words only describe it.

    Unknown words count as they are if the line is `plain`, that is an item of a list.
    """
    known = _once(_known(row))
    if any(named.words in KNOWN for alternatives in known for named in alternatives) or not plain:
        return known
    return [(found,) for found in phrases(line)]


def _once(found: Iterable[Alternatives]) -> list[Alternatives]:
    """Drop other names of the same thing, such as the BLS of “basic life support (BLS)”."""
    kept: list[Alternatives] = []
    names: set[tuple[str, ...]] = set()
    for group in found:
        if not all(named.words in names for named in group):
            kept.append(group)
        for named in group:
            names |= {named.words, *(words(other) for other in aliases.aliases_of(named.words))}
    return kept


def _known(row: tuple[Token, ...]) -> Iterator[Alternatives]:
    """Yield terms of the vocabulary and words spelled like technology.

    “A or B”, “A, B or C” and “A/B” are one group: any of it is enough.
    """
    chain: Alternatives = ()  # joined so far by commas or “or”
    either = False
    for named, link in _linked(row):
        if chain and link == "/" and not either:
            yield from _each(chain[:-1])
            chain, either = (chain[-1], named), True
        elif chain and (link in ("or", "/") or (link == "," and not either)):
            chain, either = (*chain, named), either or link == "or"
        else:
            yield from [chain] if either else _each(chain)
            chain, either = (named,), False
    yield from [chain] if either else _each(chain)


def _each(terms: Alternatives) -> Iterator[Alternatives]:
    return ((named,) for named in terms)


def _linked(row: tuple[Token, ...]) -> Iterator[tuple[Term, str]]:
    """Yield the terms in `row`, each with the link to the one before: “,”, “/” or “or”."""
    link, at = "", 0
    while at < len(row):
        named = _term_at(row, at)
        link += row[at].before
        if named:
            yield named, _said_between(link)
            link = ""
        else:
            link += row[at].text
        at += len(named.words) if named else 1


def _said_between(link: str) -> str:
    said = link.casefold().replace(", or", " or").strip()
    first, _, rest = said.partition(" ")
    return "or" if first in EITHER and (not rest or rest in GENERIC) else said


def _term_at(row: tuple[Token, ...], at: int) -> Term | None:
    """Return the longest known term that begins at token `at`."""
    for length in range(LONGEST_KNOWN, 0, -1):
        part = row[at : at + length]
        said = tuple(word(token.text) for token in part)
        written = " ".join(token.text for token in part)
        if len(part) == length and said in KNOWN and _stands_for_itself(written):
            return Term(written, said)
    text = row[at].text
    return Term(text, (word(text),)) if looks_technical(text) else None


def _stands_for_itself(written: str) -> bool:
    """Whether it is a name as written: Go, R and C are languages; go, r and c are not."""
    return len(written) > 2 or written[0].isupper()


def looks_technical(written: str) -> bool:
    """Whether it is spelled like technology: C++, F#, PyPy, ETL."""
    if written.casefold() in DEGREES or written.casefold() in GENERIC or " " in written:
        return False
    plain = written.rstrip("s")
    inner_capital = any(c.isupper() for c in written[1:]) and any(c.islower() for c in written)
    return (
        written.endswith(("++", "#"))
        or inner_capital
        or (len(plain) > 1 and plain.isupper() and plain.isalpha())
    )


def phrases(line: str, most_words: int = MOST_WORDS) -> Iterator[Term]:
    """Yield the items of a list in unknown words, such as “sourdough baking”, without fillers."""
    for item in re.split(r"[,;:()]| and | or ", line.rstrip(".")):
        kept = [token.text for token in tokens(item) if token.text.casefold() not in FILLERS]
        written = " ".join(kept)
        soft = any(text.casefold() in SOFT for text in kept) or written.casefold() in SOFT
        if 0 < len(kept) <= most_words and len(max(kept, key=len)) > 2 and not soft:
            yield Term(written, tuple(word(text) for text in kept))
