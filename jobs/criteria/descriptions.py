"""Sentences of a job description that ask for something, with their weight."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.criteria import Weight, languages, terms
from jobs.criteria.tokens import cleaned, tokens
from jobs.criteria.vocabulary import MUST_HEADINGS, MUST_WORDS, NEUTRAL_HEADINGS, NICE_HEADINGS, NICE_WORDS

MOST_CHARS = 50_000
OFFERS = ("we offer ", "we also offer ", "our offer ")  # such a sentence ends the requirements


@dataclass(frozen=True)
class Sentence:
    """`is_listed` if it is under a heading for requirements."""

    text: str
    weight: Weight
    is_listed: bool


def asking(description: str) -> Iterator[Sentence]:
    """Yield the sentences of `description` that ask for something.

    Without a heading for requirements, every line outside other headings counts.
    """
    lines = [cleaned(line) for line in description[:MOST_CHARS].splitlines()]
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
                yield Sentence(part, Weight.NICE if _says(part, NICE_WORDS) else section, listed)


def _parts(line: str) -> Iterator[str]:
    """Split a line into sentences, and a sentence that mixes musts and nice-to-haves into parts."""
    for sentence in filter(None, re.split(r"(?<=[.;!?])\s+", line)):
        mixed = _says(sentence, NICE_WORDS) and _says(sentence, MUST_WORDS)
        yield from re.split(r",\s*|\s+but\s+", sentence) if mixed else [sentence]


def _heading(line: str) -> tuple[Weight | None, str] | None:
    """Return the section that `line` opens and the text after its colon; None if it opens none."""
    title, _, rest = line.partition(":")
    words = title.casefold().replace("-", " ").replace("’", "'").split()
    if line.casefold().startswith(OFFERS):
        return None, ""
    if len(words) > 6 or (not rest and line.endswith(".")):
        return None
    said = " ".join(words)
    bare = ":" not in line and _asks_itself(line)
    for headings, weight in (
        (NICE_HEADINGS, Weight.NICE),
        (MUST_HEADINGS, Weight.MUST),
        (NEUTRAL_HEADINGS, None),
    ):
        if any(said == heading or (not bare and said.startswith(heading + " ")) for heading in headings):
            return weight, rest.strip()
    return None


def _asks_itself(line: str) -> bool:
    """Whether a line that looks like a heading asks for something itself."""
    return bool(terms.groups(line, tokens(line), plain=False)) or languages.asked(line) is not None


def _says(line: str, words: tuple[str, ...]) -> bool:
    said = line.casefold().replace("-", " ")
    return any(re.search(rf"\b{word}\b", said) for word in words)
