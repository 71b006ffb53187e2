"""PDFs, by PDFium: the text and the image of every page."""

import codecs
from typing import TYPE_CHECKING, Any

import pypdfium2

from candidates.child import limits
from candidates.child.page_images import DPI, LONG_SIDE_PX, Images
from candidates.child.refused import Refused
from candidates.child.text import DOCUMENT_CHARS, PAGE_CHARS, cleaned

if TYPE_CHECKING:
    from PIL.Image import Image


def examine(data: bytes, max_pages: int, images: Images) -> dict[str, Any]:
    """Return the answer for the PDF that is `data`. Raises Refused."""
    if not data:
        raise Refused("nothing")
    codecs.lookup("utf-16-le")  # PDFium's; Python would load it at the first page
    limits.no_more_files()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(why_closed(error.err_code)) from error
    document.init_forms()  # what was filled in is drawn with the page
    return {"page_count": len(document), "pages": read_pages(document, max_pages, images)}


def why_closed(error_code: int) -> str:
    """Return the word for PDFium's reason not to open a document."""
    from pypdfium2 import raw

    words = {
        raw.FPDF_ERR_SUCCESS: "no_pages",  # opened well, and there are none
        raw.FPDF_ERR_PASSWORD: "password",
        raw.FPDF_ERR_SECURITY: "protection",
    }
    return words.get(error_code, "damaged")


def read_pages(document: "pypdfium2.PdfDocument", max_pages: int, images: Images) -> list[dict[str, Any]]:
    """Return the first `max_pages` pages; fewer where the next one's text would be too much to answer."""
    pages: list[dict[str, Any]] = []
    chars = 0
    for index in range(min(len(document), max_pages)):
        try:
            page = document[index]
            answer = read_page(page)
            chars += len(answer["text"])
            if chars > DOCUMENT_CHARS:
                break
            answer["image"] = images.add(rendered(page)) if images.wanted else None
            page.close()  # memory holds one page at a time
        except pypdfium2.PdfiumError as error:
            raise Refused("page", index + 1) from error
        pages.append(answer)
    return pages


def read_page(page: "pypdfium2.PdfPage") -> dict[str, Any]:
    """Return the page's size and what stands within its bounds: words outside of them nobody can see."""
    width_pt, height_pt = page.get_size()
    text = page.get_textpage().get_text_bounded()
    return {"width_pt": width_pt, "height_pt": height_pt, "text": cleaned(text[:PAGE_CHARS])}


def rendered(page: "pypdfium2.PdfPage") -> "Image":
    """Return the page as people see it, at 150 dpi or as large as a page image may be."""
    scale = min(DPI / 72, LONG_SIDE_PX / max(*page.get_size(), 1))
    picture: Image = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    picture.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))  # sizes are rounded up
    return picture
