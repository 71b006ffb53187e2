"""Keyword stuffing: lists that name everything, and pasted job descriptions. Both count only in part."""

import re

from gpu_worker.engines.rules.sections import Section
from gpu_worker.engines.rules.text import Line, Text
from jobs.criteria.tokens import words

MOST_LISTED = 45  # things that lists may name and still be believed
LIST_ITEMS = 4  # from which a line is a list
ITEM_WORDS = 3
BETWEEN_ITEMS = re.compile(r"[,;|•·:]")
PASTED_WORDS = 12  # in a row, as the job description has them


def is_stuffed(text: Text, shown: frozenset[int]) -> bool:
    """Whether lists outside `shown`, the numbers of lines in roles, name more things than one person uses."""
    listed = (line for line in text.lines if line.number not in shown and not line.is_heading)
    return len({item for line in listed for item in _items(line)}) > MOST_LISTED


def _items(line: Line) -> set[str]:
    """Return what a line lists: its short parts, if there are many or it is in the skills section."""
    parts = [part.strip().casefold() for cell in line.cells for part in BETWEEN_ITEMS.split(cell)]
    items = {part for part in parts if part and len(part.split()) <= ITEM_WORDS}
    return items if line.section is Section.SKILLS or len(items) >= LIST_ITEMS else set()


def pasted(text: Text, description: str) -> frozenset[int]:
    """Return the numbers of lines that share at least `PASTED_WORDS` consecutive words with `description`."""
    theirs = words(description[:50_000])
    runs = {theirs[at : at + PASTED_WORDS] for at in range(len(theirs) - PASTED_WORDS + 1)}
    own = [(word, line.number) for line in text.lines for word in line.words] if runs else []
    said = tuple(word for word, _ in own)
    found: set[int] = set()
    for at in range(len(own) - PASTED_WORDS + 1):
        if said[at : at + PASTED_WORDS] in runs:
            found.update(number for _, number in own[at : at + PASTED_WORDS])
    return frozenset(found)
