"""PDF pages, by PDFium: their images, their visible text, and what their text layers hide."""

import codecs
from typing import Any

import pypdfium2
from PIL import Image

from candidates.child import limits
from candidates.child.instructions import instructions
from candidates.child.page_images import DPI, LONG_SIDE_PX, Images
from candidates.child.pdf import integrity, photos, reading_order, words
from candidates.child.refused import Refused
from candidates.child.text import DOCUMENT_CHARS, PAGE_CHARS

DOCUMENT_WORDS = 40_000


def examine(data: bytes, max_pages: int, images: Images) -> dict[str, Any]:
    """Return the reply for the PDF `data`. Raises Refused."""
    if not data:
        raise Refused("nothing")
    codecs.lookup("utf-16-le")  # used for PDFium; Python would load it at the first page
    limits.no_more_files()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(why_closed(error.err_code)) from error
    document.init_forms()  # so that filled-in form fields are drawn
    return {"page_count": len(document), "pages": read_pages(document, max_pages, images)}


def why_closed(error_code: int) -> str:
    """Return our word for PDFium's reason not to open a document."""
    from pypdfium2 import raw

    words = {
        raw.FPDF_ERR_SUCCESS: "no_pages",  # it was opened, and has none
        raw.FPDF_ERR_PASSWORD: "password",
        raw.FPDF_ERR_SECURITY: "protection",
    }
    return words.get(error_code, "damaged")


def read_pages(document: "pypdfium2.PdfDocument", max_pages: int, images: Images) -> list[dict[str, Any]]:
    """Return the first `max_pages` pages; fewer if the text would exceed the limit of a reply.

    Of many long pages, only the first words get boxes; the text is complete.
    """
    pages: list[dict[str, Any]] = []
    chars, room = 0, DOCUMENT_WORDS
    for index in range(min(len(document), max_pages)):
        try:
            page = document[index]
            answer, read = read_page(page)
            chars += read
            if chars > DOCUMENT_CHARS:
                break
            answer["words"] = answer["words"][:room]
            room -= len(answer["words"])
            answer["image"] = images.add(rendered(page)) if images.wanted else None
            page.close()  # memory holds one page at a time
        except pypdfium2.PdfiumError as error:
            raise Refused("page", index + 1) from error
        pages.append(answer)
    return pages


def read_page(page: "pypdfium2.PdfPage") -> tuple[dict[str, Any], int]:
    """Return the page with its visible and hidden words, and its total number of characters."""
    width_pt, height_pt = page.get_size()
    text_page = page.get_textpage()
    layer = words.layer(page, text_page)
    seen, hidden = integrity.examine(page, text_page, layer.words)
    smuggled = integrity.smuggled(layer.raw)
    text = reading_order.text(seen)[:PAGE_CHARS]
    answer = {
        "width_pt": width_pt,
        "height_pt": height_pt,
        "text": text,
        "words": [[word.text, *rounded(word.box)] for word in seen],
        "hidden": [
            {"reason": found.reason, "boxes": [rounded(box) for box in found.boxes], "text": found.text}
            for found in [*hidden, *([smuggled] if smuggled else [])]
        ],
        "instructions": instructions(text),
        "pictures": [rounded(box) for box in photos.boxes(page)],
    }
    return answer, len(layer.raw)


def rounded(box: tuple[float, ...]) -> list[float]:
    """Round to a hundredth of a point, which is less than any screen shows."""
    return [round(edge, 2) for edge in box]


def rendered(page: "pypdfium2.PdfPage") -> Image.Image:
    """Return the page as people see it, at 150 dpi or as large as a page image may be.

    RGBX is Pillow's memory layout of RGB, so the picture is PDFium's bitmap itself, without a copy.
    """
    scale = min(DPI / 72, LONG_SIDE_PX / max(*page.get_size(), 1))
    drawn = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
    size = (drawn.width, drawn.height)
    picture = Image.frombuffer("RGBX", size, drawn.buffer, "raw", "RGBX", drawn.stride, 1)
    picture.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))  # sizes are rounded up
    return picture
