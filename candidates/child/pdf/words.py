"""The words of a PDF page's text layer and their boxes."""

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from candidates.child.text import HYPHENS, PAGE_CHARS, cleaned, kept

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

WORD_CHARS = 1_000  # a longer word is split
NEIGHBOURS = 300  # boxes at one height that are compared with each other
FAR = 1e6  # points: the limit for coordinates that are larger or not finite
CUT = 0.3  # of the size: the distance of letters across a line end
JUMP = 1.0  # of the size: letters this far apart belong to two words
SOFT_HYPHEN = "\u00ad"


Edges = tuple[float, float, float, float]


class Box(NamedTuple):
    """A rectangle in points (1/72 inch) from the top left corner of the page as shown."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def area(self) -> float:
        return max(0.0, self.x1 - self.x0) * max(0.0, self.y1 - self.y0)

    def union(self, other: "Box") -> "Box":
        return Box(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )

    def common(self, other: "Box") -> float:
        """Return the area that both cover."""
        return Box(
            max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1)
        ).area


def median(values: Iterable[float]) -> float:
    """Return the middle one of `values`, the upper of two. The standard library's is slow to import."""
    ranked = sorted(values)
    return ranked[len(ranked) // 2]


def overlapping(boxes: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """Yield pairs of indices of boxes that share half of the smaller one's area, the lower index first."""
    open_ones: list[tuple[float, float, float, int]] = []
    for index in sorted(range(len(boxes)), key=lambda index: boxes[index].y0):
        x0, y0, x1, y1 = box = boxes[index]
        open_ones = [other for other in open_ones if other[0] > y0][-NEIGHBOURS:]
        for _, left, right, other in open_ones:
            if left < x1 and x0 < right:  # a quick test: mostly false
                smaller = min(box.area, boxes[other].area)
                if box.common(boxes[other]) > smaller / 2:
                    yield min(index, other), max(index, other)
        open_ones.append((y1, x0, x1, index))


class Word(NamedTuple):
    """A word and its box: as high as its font, as wide as its letters.

    A word that ends with a soft hyphen continues in the next. `ink` is the box of its glyphs alone. `first`
    and `last` are PDFium's numbers of its characters. `turned` is true if it does not run from left to right.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size_pt: float
    ink: Box = Box(0, 0, 0, 0)
    first: int = 0
    last: int = 0
    turned: bool = False

    @property
    def box(self) -> Box:
        return Box(self.x0, self.y0, self.x1, self.y1)


class Layer(NamedTuple):
    """A page's text layer: its words in file order, and all of its characters."""

    words: list[Word]
    raw: str


def layer(page: "PdfPage", text: "PdfTextPage") -> Layer:
    """Return the first `PAGE_CHARS` characters of the page as words."""
    return _Reader(page, text).read()


class _Open:
    """An unfinished word. Edges are in the page's own coordinates: left, bottom, right, top."""

    __slots__ = ("characters", "first", "ink", "last", "last_ink")

    def __init__(self, number: int, character: str, ink: Edges) -> None:
        self.first = self.last = number
        self.characters = [character]
        self.ink = self.last_ink = ink

    def add(self, number: int, character: str, ink: Edges) -> None:
        self.last, self.last_ink = number, ink
        self.characters.append(character)
        if ink[2] > ink[0] and ink[3] > ink[1]:
            x0, y0, x1, y1 = ink
            left, bottom, right, top = self.ink
            self.ink = (  # `min` and `max` would take twice as long for every letter
                x0 if x0 < left else left,
                y0 if y0 < bottom else bottom,
                x1 if x1 > right else right,
                y1 if y1 > top else top,
            )

    def is_beside(self, ink: Edges, points: float) -> bool:
        """Whether `ink` is less than `points` from the last letter in both directions."""
        left, bottom, right, top = self.last_ink
        return (
            ink[0] - right < points
            and left - ink[2] < points
            and ink[1] - top < points
            and bottom - ink[3] < points
        )

    def gap(self, ink: Edges) -> float:
        """Return the distance of `ink` from the last letter, in the direction in which it is larger."""
        left, bottom, right, top = self.last_ink
        return max(ink[0] - right, left - ink[2], ink[1] - top, bottom - ink[3])


class Paper:
    """The conversion of a page's own coordinates, which count upwards, to those of the page as shown."""

    def __init__(self, page: "PdfPage") -> None:
        from pypdfium2 import raw

        self.rotation = raw.FPDFPage_GetRotation(page.raw)
        bounds = raw.FS_RECTF()
        raw.FPDF_GetPageBoundingBox(page.raw, bounds)
        self._edges: Edges = (bounds.left, bounds.bottom, bounds.right, bounds.top)

    def shown(self, edges: Edges) -> Box:
        """Turn left, bottom, right, top on the page into a box on it as it is shown."""
        left, bottom, right, top = map(_finite, edges)
        paper = self._edges
        match self.rotation:
            case 1:
                return Box(bottom - paper[1], left - paper[0], top - paper[1], right - paper[0])
            case 2:
                return Box(paper[2] - right, bottom - paper[1], paper[2] - left, top - paper[1])
            case 3:
                return Box(paper[3] - top, paper[2] - right, paper[3] - bottom, paper[2] - left)
            case _:
                return Box(left - paper[0], paper[3] - top, right - paper[0], paper[3] - bottom)


class _Reader:
    """A walk through PDFium's characters, the most expensive part of a page: plain code, few calls."""

    def __init__(self, page: "PdfPage", text: "PdfTextPage") -> None:
        from pypdfium2 import raw

        self._pdfium, self._text = raw, text.raw
        self._count = min(raw.FPDFText_CountChars(text.raw), PAGE_CHARS)
        self._paper = Paper(page)

    def read(self) -> Layer:
        words: list[Word] = []
        raw: list[str] = []
        word: _Open | None = None
        pending = ""  # what came since the last letter: "" nothing, " " a space, "-" a hyphen
        for number, character in self._characters():
            raw.append(character)
            if not "!" <= character <= "~":  # mostly false
                if character in HYPHENS:
                    pending = "-"
                    continue
                shown = kept(character)
                if shown.isspace():  # also PDFium's own, between distant letters
                    pending = " "
                if not shown or shown.isspace():
                    continue
            ink = self._ink(number)
            if word is not None and self._ends(word, number, ink, pending):
                words.append(self._word(word, cut=pending == "-"))
                word = None
            if word is None:
                word = _Open(number, character, ink)
            else:
                word.add(number, character, ink)
            pending = ""
        if word is not None:
            words.append(self._word(word))
        return Layer([word for word in words if word.text], "".join(raw))

    def _characters(self) -> Iterator[tuple[int, str]]:
        """Yield each character with its number. PDFium counts UTF-16 units: some characters need two."""
        unit_of, text = self._pdfium.FPDFText_GetUnicode, self._text
        high = 0
        for number in range(self._count):
            unit = unit_of(text, number)
            if 0xD800 <= unit < 0xDC00:
                high = unit
            elif 0xDC00 <= unit < 0xE000:
                if high:
                    yield number, chr(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00))
                high = 0
            elif unit <= 0x10FFFF:
                yield number, chr(unit)
                high = 0

    def _ends(self, word: _Open, number: int, ink: Edges, pending: str) -> bool:
        """Whether `word` ends before the letter at `ink`."""
        if pending == " " or len(word.characters) == WORD_CHARS:
            return True
        if not pending and word.is_beside(ink, 1.5):  # mostly true, and asking for the size takes time
            return False
        size = float(self._pdfium.FPDFText_GetFontSize(self._text, number)) * self._scale(number)[0]
        return word.gap(ink) > (CUT if pending else JUMP) * size

    def _word(self, word: _Open, *, cut: bool = False) -> Word:
        scale, turned = self._scale(word.first)
        ink = self._paper.shown(word.ink)
        box = self._loose(word.first).union(self._loose(word.last)).union(ink)
        return Word(
            cleaned("".join(word.characters)).strip() + (SOFT_HYPHEN if cut else ""),
            *box,
            size_pt=_finite(self._pdfium.FPDFText_GetFontSize(self._text, word.first) * scale),
            ink=ink if ink.area else box,
            first=word.first,
            last=word.last,
            turned=turned,
        )

    def _scale(self, number: int) -> tuple[float, bool]:
        """Return the page's scale of the font size, and whether the word is vertical."""
        matrix = self._pdfium.FS_MATRIX()
        if not self._pdfium.FPDFText_GetMatrix(self._text, number, matrix):
            return 1.0, False
        on_end = abs(matrix.b) > abs(matrix.a)
        return abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5, on_end != bool(self._paper.rotation % 2)

    def _ink(self, number: int) -> Edges:
        self._pdfium.FPDFText_GetCharBox(self._text, number, *_WHERE)
        left, right, bottom, top = _EDGES
        return left, bottom, right, top

    def _loose(self, number: int) -> Box:
        box = self._pdfium.FS_RECTF()
        self._pdfium.FPDFText_GetLooseCharBox(self._text, number, box)
        return self._paper.shown((box.left, box.bottom, box.right, box.top))


_EDGES = (ctypes.c_double * 4)()  # PDFium writes into these; the process has one thread
_WHERE = [
    ctypes.pointer(ctypes.c_double.from_buffer(_EDGES, place * ctypes.sizeof(ctypes.c_double)))
    for place in range(4)
]


def _finite(points: float) -> float:
    """Limit a coordinate: a hostile file can place a letter nowhere."""
    return points if -FAR < points < FAR else FAR
