"""Whether invisible words belong to the picture above them, as in a searchable scan.

Recognised words are where the picture has ink, with no ink between them. Words that somebody put behind a
picture can be anywhere. The letters themselves are not compared: that would take another recognition.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from candidates.child.pdf import pixels
from candidates.child.pdf.pixels import Picture
from candidates.child.pdf.words import Box, Word, overlapping

INK_LEVELS = 50  # darker than the paper by this much; or brighter, if writing is white on dark
INK = (0.03, 0.75)  # of a word's box
AROUND_PT = 3.0
INKED = 0.6  # of the words, at least, are on ink
GAPS = 8  # fewer gaps between words prove nothing
OPEN = 0.55  # of the gaps, at least, are free of ink
OPEN_WIDTH = 0.4  # of a gap, in one piece
SPECKS = 0.08  # of a gap's height may be dark in a scan that is not clean
WHOLE_PAGE = 0.8  # of a page's words: more invisible ones make the page a scan
STRAYS = 3  # a recogniser may see a word or two in nothing


def judge(words: Sequence[Word], picture: Picture, all_words: int) -> set[int] | None:
    """Return the indices of the invisible `words` that do not belong to the picture.

    None without a picture to compare with: no ink where the words are, and next to none anywhere.
    `all_words` counts the words of the page, visible or not.
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
    """Whether the picture has writing in the word's box, rather than nothing or a filled area."""
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
    """Yield the gaps between adjacent words."""
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
