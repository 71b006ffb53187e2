"""Pictures on a PDF page: photographs, logos, scans."""

import ctypes
from typing import TYPE_CHECKING, Any

from candidates.child.pdf.words import Box, Paper

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MOST = 100  # a page with more counts as one picture
FORMS = 8  # nested


def boxes(page: "PdfPage") -> list[Box]:
    """Return a box for each picture, in points; for a form with pictures, the form's box."""
    from pypdfium2 import raw

    paper = Paper(page)
    found: list[Box] = []
    for index in range(raw.FPDFPage_CountObjects(page.raw)):
        thing = raw.FPDFPage_GetObject(page.raw, index)
        if not _holds_picture(thing, FORMS):
            continue
        edges = [ctypes.c_float() for _ in range(4)]
        if len(found) == MOST or not raw.FPDFPageObj_GetBounds(thing, *edges):
            return [Box(0, 0, *page.get_size())]
        left, bottom, right, top = (edge.value for edge in edges)
        found.append(paper.shown((left, bottom, right, top)))
    return found


def _holds_picture(thing: Any, depth: int) -> bool:
    from pypdfium2 import raw

    kind = raw.FPDFPageObj_GetType(thing)
    if kind != raw.FPDF_PAGEOBJ_FORM:
        return bool(kind == raw.FPDF_PAGEOBJ_IMAGE)
    if not depth:
        return True  # not searched deeper, so it may
    inner = range(raw.FPDFFormObj_CountObjects(thing))
    return any(_holds_picture(raw.FPDFFormObj_GetObject(thing, index), depth - 1) for index in inner)
