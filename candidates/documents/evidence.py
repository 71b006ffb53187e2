"""The place of a quote on its page. Pure; computed on request, never stored."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from candidates.child.pdf import reading_order
from candidates.child.pdf.words import Box, Word

Row = Sequence[Any]  # a word as WordBoxes keeps it: [text, x0, y0, x1, y1], in points
SIGNS = frozenset("+#")  # C++ and C# are no C


def located(quote: str, page_words: Sequence[Row]) -> tuple[Box, ...]:
    """Return the boxes of the words of `quote`, one per line, in points; () if it is not found.

    Only letters, digits, + and # are compared, without case and ligatures, so line ends, hyphenation and
    bullets do not matter. Words that the quote cuts are boxed whole. The search goes in file order, then in
    reading order; if the quote occurs twice, whole words win.
    """
    letters = _letters(quote)
    if not letters:
        return ()
    words = [_word(row) for row in page_words]
    found = _run(letters, words) or _run(letters, _in_reading_order(words))
    return tuple(_lines(word.box for word in found))


def _word(row: Row) -> Word:
    text, x0, y0, x1, y1 = row
    return Word(text, x0, y0, x1, y1, size_pt=y1 - y0)


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum() or character in SIGNS)


def _run(letters: str, words: Sequence[Word]) -> Sequence[Word]:
    """Return the consecutive words that contain `letters`; none if they do not occur."""
    said = [_letters(word.text) for word in words]
    ends = list(accumulate(map(len, said)))
    whole = "".join(said)
    edges = {0, *ends}
    places = list(_places(letters, whole))
    place = next((at for at in places if {at, at + len(letters)} <= edges), next(iter(places), None))
    if place is None:
        return []
    return [
        word
        for word, letters_of_it, end in zip(words, said, ends, strict=True)
        if letters_of_it and place < end and end - len(letters_of_it) < place + len(letters)
    ]


def _places(letters: str, whole: str) -> Iterator[int]:
    at = whole.find(letters)
    while at >= 0:
        yield at
        at = whole.find(letters, at + 1)


def _in_reading_order(words: Sequence[Word]) -> list[Word]:
    blocks = reading_order.in_reading_order(words)
    return [word for block in blocks for line in block for word in line]


def _lines(boxes: Iterable[Box]) -> list[Box]:
    """Merge word boxes into lines: a word belongs to a line if the middle of either is within the other."""
    lines: list[Box] = []
    for box in boxes:
        if lines and (_level(box, lines[-1]) or _level(lines[-1], box)):
            lines[-1] = lines[-1].union(box)
        else:
            lines.append(box)
    return lines


def _level(one: Box, other: Box) -> bool:
    return other.y0 <= (one.y0 + one.y1) / 2 <= other.y1
