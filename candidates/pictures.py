"""A page as grey pixels, with its text and without, and where the two differ.

Runs in the child process that reads documents: standard library and PDFium only.
"""

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from candidates.words import Box

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

PIXELS_PER_POINT = 2.0  # 144 dpi: strokes of 6 pt letters are a pixel wide
PIXELS = 6_000_000  # three A4 pages; larger ones are rendered smaller
FORMS = 8  # within one another, as PDFium allows some more
WHITE = 0xFFFFFFFF


class Picture(NamedTuple):
    """Grey values, 0 black to 255 white, row after row; a row takes `stride` bytes."""

    pixels: bytes
    width: int
    height: int
    stride: int
    scale: float

    def rows(self, box: Box) -> list[bytes]:
        """Return the part of the picture that `box` covers: one pixel at least, nothing off the page."""
        x0, x1 = self._pixel(box.x0, self.width), self._pixel(box.x1, self.width, 1)
        y0, y1 = self._pixel(box.y0, self.height), self._pixel(box.y1, self.height, 1)
        return [
            self.pixels[start + x0 : start + x1]
            for start in range(y0 * self.stride, y1 * self.stride, self.stride)
        ]

    def _pixel(self, points: float, most: int, end: int = 0) -> int:
        return min(max(int(points * self.scale) + end, end), most - 1 + end)


def grey(page: "PdfPage") -> Picture:
    """Return the page as people see it, annotations too."""
    from pypdfium2 import raw

    width_pt, height_pt = page.get_size()
    scale = min(PIXELS_PER_POINT, (PIXELS / max(width_pt * height_pt, 1)) ** 0.5)
    width, height = max(1, round(width_pt * scale)), max(1, round(height_pt * scale))
    bitmap = raw.FPDFBitmap_CreateEx(width, height, raw.FPDFBitmap_Gray, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
        raw.FPDF_RenderPageBitmap(bitmap, page.raw, 0, 0, width, height, 0, raw.FPDF_ANNOT)
        stride = raw.FPDFBitmap_GetStride(bitmap)
        pixels = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * height)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    return Picture(pixels, width, height, stride, scale)


def texts(page: "PdfPage") -> Iterator[Any]:
    """Yield PDFium's handles of all text objects of the page, those within forms too."""
    from pypdfium2 import raw

    for index in range(raw.FPDFPage_CountObjects(page.raw)):
        yield from _texts(raw.FPDFPage_GetObject(page.raw, index), FORMS)


def _texts(thing: Any, depth: int) -> Iterator[Any]:
    from pypdfium2 import raw

    kind = raw.FPDFPageObj_GetType(thing)
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        yield thing
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth:
        for index in range(raw.FPDFFormObj_CountObjects(thing)):
            yield from _texts(raw.FPDFFormObj_GetObject(thing, index), depth - 1)


@contextmanager
def without(things: Iterable[Any]) -> Iterator[None]:
    """Leave these objects out of what is rendered."""
    from pypdfium2 import raw

    things = list(things)
    for thing in things:
        raw.FPDFPageObj_SetIsActive(thing, False)
    try:
        yield
    finally:
        for thing in things:
            raw.FPDFPageObj_SetIsActive(thing, True)


class Marks(NamedTuple):
    """For each column and each row of a box 1 where there is something to see in it, else 0."""

    columns: bytes
    rows: bytes

    def share(self) -> float:
        """Return how much of the width is seen, or of the height where that is less."""
        return min(self.columns.count(1) / len(self.columns), self.rows.count(1) / len(self.rows))

    def longest_gap(self, *, on_end: bool) -> int:
        """Return the most pixels in a row, in the direction of the writing, with nothing to see."""
        return max(map(len, (self.rows if on_end else self.columns).split(b"\x01")))


def difference(one: Picture, other: Picture, box: Box, levels: int) -> Marks:
    """Return where in the box two pictures are `levels` of grey apart."""
    pairs = list(zip(one.rows(box), other.rows(box), strict=True))
    columns, rows = 0, bytearray()
    for row, behind in pairs:
        marks = 0 if row == behind else int.from_bytes(_marks(row, behind, levels), "big")
        columns |= marks
        rows.append(marks != 0)
    return Marks(columns.to_bytes(len(pairs[0][0]), "big"), bytes(rows))


def _marks(row: bytes, behind: bytes, levels: int) -> bytes:
    """Return 1 for each pixel that is `levels` or more away from the one behind it."""
    if behind.count(behind[0]) == len(behind):  # mostly so
        return row.translate(_table(behind[0], levels))
    return bytes([abs(a - b) >= levels for a, b in zip(row, behind, strict=True)])


@lru_cache(maxsize=512)
def _table(level: int, levels: int) -> bytes:
    return bytes([abs(value - level) >= levels for value in range(256)])


def marks(picture: Picture, box: Box, paper: int, levels: int) -> list[bytes]:
    """Return the rows of the box, 1 where a pixel is `levels` or more away from the grey value `paper`."""
    return [row.translate(_table(paper, levels)) for row in picture.rows(box)]


def usual(picture: Picture, box: Box) -> int:
    """Return the median grey value of the box: the paper, where there is writing on it."""
    values = sorted(b"".join(picture.rows(box)))
    return values[len(values) // 2]
