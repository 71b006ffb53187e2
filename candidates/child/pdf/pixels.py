"""A page as grey pixels, with and without its text, and the difference of the two."""

import ctypes
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from candidates.child.pdf.words import Box

if TYPE_CHECKING:
    from PIL.Image import Image
    from pypdfium2 import PdfPage

PIXELS_PER_POINT = 2.0  # 144 dpi: strokes of 6 pt letters are a pixel wide
PIXELS = 6_000_000  # three A4 pages; larger ones are rendered smaller
FORMS = 8  # nested; PDFium allows some more
WHITE = 0xFFFFFFFF


class Picture(NamedTuple):
    """Grey values, 0 black to 255 white, row after row; a row takes `stride` bytes."""

    pixels: bytearray
    width: int
    height: int
    stride: int
    scale: float

    @property
    def image(self) -> "Image":
        from PIL import Image

        size = (self.width, self.height)
        return Image.frombuffer("L", size, self.pixels, "raw", "L", self.stride, 1)

    def covered(self, box: Box) -> tuple[int, int, int, int]:
        """Return the pixels x0, y0 to x1, y1 that `box` covers: at least one, none off the page."""
        return (
            self._pixel(box.x0, self.width),
            self._pixel(box.y0, self.height),
            self._pixel(box.x1, self.width, 1),
            self._pixel(box.y1, self.height, 1),
        )

    def rows(self, box: Box) -> list[bytearray]:
        """Return the part of the picture that `box` covers."""
        x0, y0, x1, y1 = self.covered(box)
        return [
            self.pixels[start + x0 : start + x1]
            for start in range(y0 * self.stride, y1 * self.stride, self.stride)
        ]

    def _pixel(self, points: float, most: int, end: int = 0) -> int:
        return min(max(int(points * self.scale) + end, end), most - 1 + end)


def grey(page: "PdfPage") -> Picture:
    """Render the page as people see it, with annotations."""
    from pypdfium2 import raw

    width_pt, height_pt = page.get_size()
    scale = min(PIXELS_PER_POINT, (PIXELS / max(width_pt * height_pt, 1)) ** 0.5)
    width, height = max(1, round(width_pt * scale)), max(1, round(height_pt * scale))
    stride = -(-width // 4) * 4
    pixels = bytearray(stride * height)
    buffer = (ctypes.c_ubyte * len(pixels)).from_buffer(pixels)
    bitmap = raw.FPDFBitmap_CreateEx(width, height, raw.FPDFBitmap_Gray, buffer, stride)
    if not bitmap:
        raise MemoryError
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
        place = (bitmap, page.raw, 0, 0, width, height, 0, raw.FPDF_ANNOT)
        raw.FPDF_RenderPageBitmap(*place)
        if page.formenv:  # filled-in form fields
            raw.FPDF_FFLDraw(page.formenv.raw, *place)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)
    return Picture(pixels, width, height, stride, scale)


def texts(page: "PdfPage") -> Iterator[Any]:
    """Yield PDFium's handles of all text objects of the page, including those in forms."""
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
    """Exclude these objects from rendering."""
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
    """1 for each column and each row of a box with something visible, else 0."""

    columns: bytes
    rows: bytes

    def share(self) -> float:
        """Return the visible share of the width, or of the height if that is less."""
        return min(self.columns.count(1) / len(self.columns), self.rows.count(1) / len(self.rows))

    def longest_gap(self, *, on_end: bool) -> int:
        """Return the longest run of pixels in the direction of writing with nothing visible."""
        return max(map(len, (self.rows if on_end else self.columns).split(b"\x01")))


class Difference:
    """The difference of two pictures of a page, computed for the whole page at once, which is fast."""

    def __init__(self, one: Picture, other: Picture) -> None:
        from PIL import ImageChops

        self._covered = one.covered
        self._levels = ImageChops.difference(one.image, other.image)
        self._marked: dict[int, Image] = {}  # by levels

    def marks(self, box: Box, levels: int) -> Marks:
        """Return where in the box the pictures are `levels` of grey or more apart."""
        if levels not in self._marked:
            self._marked[levels] = self._levels.point(_table(0, levels))
        columns, rows = self._marked[levels].im.crop(self._covered(box)).getprojection()
        return Marks(columns, rows)


@lru_cache(maxsize=512)
def _table(level: int, levels: int) -> bytes:
    return bytes([abs(value - level) >= levels for value in range(256)])


def marks(picture: Picture, box: Box, paper: int, levels: int) -> list[bytearray]:
    """Return the rows of the box: 1 for a pixel `levels` or more away from the grey value `paper`."""
    return [row.translate(_table(paper, levels)) for row in picture.rows(box)]


def usual(picture: Picture, box: Box) -> int:
    """Return the median grey value of the box: that of the paper, if there is writing."""
    values = sorted(b"".join(picture.rows(box)))
    return values[len(values) // 2]
