"""Whether unseen words belong to the picture above them, as in a scan that was made searchable.

Recognised words stand where the picture has ink, and between two of them it has none. Words that somebody
put behind a picture stand anywhere. What the letters are is not compared: that takes another recognition.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from candidates.child.pdf import pixels
from candidates.child.pdf.pixels import Picture
from candidates.child.pdf.words import Box, Word, overlapping

INK_LEVELS = 50  # darker than the paper by this much; or brighter, where writing is white on dark
INK = (0.03, 0.75)  # of a word's box
AROUND_PT = 3.0
INKED = 0.6  # of the words, at least, stand on ink
GAPS = 8  # so few gaps between words prove nothing
OPEN = 0.55  # of the gaps, at least, are free of ink
OPEN_WIDTH = 0.4  # of a gap, in one piece
SPECKS = 0.08  # of a gap's height may be dark where a scan is not clean
WHOLE_PAGE = 0.8  # of a page's words: then the page is a scan
STRAYS = 3  # a recogniser sees a word or two where there is none


def judge(words: Sequence[Word], picture: Picture, all_words: int) -> set[int] | None:
    """Return which of the unseen `words` do not belong to the picture, by their place in the list.

    None where there is no picture to compare with: it has no ink where they stand, and next to none at all.
    `all_words` counts the words of the page, seen and unseen.
    """
    everything = set(range(len(words)))
    whole_page = len(words) >= WHOLE_PAGE * all_words
    blank = {index for index, word in enumerate(words) if not has_ink(picture, word)}
    crowded = {index for pair in overlapping([word.ink for word in words]) for index in pair}
    if len(blank) > (1 - INKED) * len(words):
        return everything if whole_page and _is_picture(picture) else None
    gaps = [_is_open(picture, gap) for gap in _gaps(words)]
    if len(gaps) >= GAPS and sum(gaps) < OPEN * len(gaps):
        return everything
    if len(gaps) < GAPS and not whole_page:
        return None
    strays = blank | crowded
    return strays if len(strays) >= STRAYS else set()


def has_ink(picture: Picture, word: Word) -> bool:
    """Whether the picture has writing in the word's box, as opposed to nothing or to a filled area."""
    least, most = INK
    box = word.ink
    wide = Box(box.x0 - AROUND_PT, box.y0 - AROUND_PT, box.x1 + AROUND_PT, box.y1 + AROUND_PT)
    rows = pixels.marks(picture, box, pixels.usual(picture, wide), INK_LEVELS)
    return least <= sum(map(sum, rows)) / sum(map(len, rows)) <= most


def _is_picture(picture: Picture) -> bool:
    """Whether there is writing, or anything else, on the page without its text."""
    sample = picture.pixels[:: max(1, len(picture.pixels) // 50_000)]
    paper = max(set(sample), key=sample.count)
    return sum(abs(value - paper) >= INK_LEVELS for value in sample) > len(sample) / 200


def _gaps(words: Sequence[Word]) -> Iterator[Box]:
    """Yield what lies between words that stand side by side."""
    for one, other in pairwise(words):
        gap = Box(one.ink.x1, max(one.ink.y0, other.ink.y0), other.ink.x0, min(one.ink.y1, other.ink.y1))
        high = (one.y1 - one.y0 + other.y1 - other.y0) / 2
        if 0.12 * high < gap.x1 - gap.x0 < 2 * high and gap.y1 - gap.y0 > 0.25 * high:
            yield gap


def _is_open(picture: Picture, gap: Box) -> bool:
    """Whether a column of paper runs through the gap."""
    wide = Box(gap.x0 - 4 * AROUND_PT, gap.y0 - AROUND_PT, gap.x1 + 4 * AROUND_PT, gap.y1 + AROUND_PT)
    rows = pixels.marks(picture, gap, pixels.usual(picture, wide), INK_LEVELS)
    columns = [sum(column) <= SPECKS * len(rows) for column in zip(*rows, strict=True)]
    free = "".join("x "[is_open] for is_open in columns).split("x")
    return max(map(len, free)) >= OPEN_WIDTH * len(columns)
