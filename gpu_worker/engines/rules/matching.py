"""Mentions of a term in a résumé: as the job writes it, by another name, or misspelt."""

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from gpu_worker.engines.rules import negation
from gpu_worker.engines.rules.negation import Stance
from gpu_worker.engines.rules.text import Line, Text
from jobs.criteria import aliases, terms
from jobs.criteria.terms import Term
from jobs.criteria.vocabulary import COMMON, FILLERS, WORDS_TOO

SHORTEST = 5  # letters; shorter words are not taken as misspelt
TWO_SLIPS_FROM = 10
REWORDED_WITHIN = 3  # other words between those of a line of work
NAMES = frozenset(word for known in terms.KNOWN for word in known)


@dataclass(frozen=True)
class Mention:
    """A line that names a term, and its stance on it."""

    line: Line
    stance: Stance
    written: str  # the name as found


def mentions(term: Term, text: Text) -> list[Mention]:
    """Return the mentions of `term`, in document order. Misspellings are sought only if nothing else is found."""
    found = sorted(_exact(term, text), key=lambda mention: mention.line.number)
    found = found or [mention for slip in _slips(term, text) for mention in _at(slip, text)]
    return found or list(_reworded(term, text))


def signs(term: Term, text: Text) -> list[Mention]:
    """Return the mentions of things that imply `term`: Django implies Python."""
    return [mention for name in aliases.signs_of(term.words) for mention in _at(terms.term(name), text)]


def _exact(term: Term, text: Text) -> Iterator[Mention]:
    seen: set[tuple[int, Stance]] = set()
    for name in (term, *map(terms.term, aliases.aliases_of(term.words))):
        for mention in _at(name, text):
            if (mention.line.number, mention.stance) not in seen:
                seen.add((mention.line.number, mention.stance))
                yield mention


def _at(term: Term, text: Text) -> Iterator[Mention]:
    for line in text.lines_with.get(term.words[0], []):
        for place in term.places(line.tokens):
            stance = negation.stance_of(text.lead(line), line.tokens, place, len(term.words))
            yield Mention(line, stance, term.written)


def _reworded(term: Term, text: Text) -> Iterator[Mention]:
    """Find the words of a line of work close together, in another order or form: “cared for patients”."""
    if term.is_tool or len(term.words) < 2:
        return
    stems = [_stem(word) for word in term.words if word not in FILLERS]
    reach = len(stems) + REWORDED_WITHIN
    for line in text.lines:
        row = line.words
        for at in range(len(row)):
            if row[at].startswith(stems[0]) or row[at].startswith(stems[-1]):
                near = row[at : at + reach]
                if all(any(_is_form(word, stem) for word in near) for stem in stems):
                    stance = negation.stance_of(text.lead(line), line.tokens, at, 1)
                    yield Mention(line, stance, line.tokens[at].text)
                    break


def _stem(word: str) -> str:
    """Return the common start of the forms of `word`: administ for administration."""
    return word[: max(5, len(word) * 3 // 5)] if len(word) > 5 else word


def _is_form(word: str, stem: str) -> bool:
    return word.startswith(stem) if len(stem) >= 5 else word in (stem, stem + "d", stem + "ed", stem + "ing")


def _slips(term: Term, text: Text) -> Iterator[Term]:
    """Yield `term` with one word replaced by a misspelling found in `text`."""
    for at, word in enumerate(term.words):
        for other in sorted(text.words):
            if is_slip(word, other):
                yield Term(other, (*term.words[:at], other, *term.words[at + 1 :]))


def is_slip(word: str, other: str) -> bool:
    """Whether `other` is a misspelling of `word`, not another name or an ordinary word."""
    if len(word) < SHORTEST or len(other) < SHORTEST or word[0] != other[0] or word == other:
        return False
    if word in WORDS_TOO or word in COMMON or other in NAMES or other in COMMON or not other.isalpha():
        return False
    if len(word) < TWO_SLIPS_FROM:
        # In a short word, a changed letter makes another word: Scala, scale.
        return OSA.distance(word, other, score_cutoff=1) == 1 and (
            len(word) > 6 or _same_letters(word, other)
        )
    return OSA.distance(word, other, score_cutoff=2) <= 2


def _same_letters(word: str, other: str) -> bool:
    """Whether letters were only swapped, doubled, or dropped from a pair."""
    return sorted(word) == sorted(other) or set(word) == set(other)
