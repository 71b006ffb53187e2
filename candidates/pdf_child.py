"""Reads one PDF from standard input and says what stands in it. A script: started for one file, then gone.

PDFium is written in C++ and the file comes from a stranger, so this process limits itself before it looks
at the first byte: what goes wrong here costs one file and nothing else. Standard library and PDFium only.

    pdf_child.py MAX_PAGES WALL_S < file.pdf

It prints {"page_count", "pages": [{"width_pt", "height_pt", "text"}]} or {"refused": why, "page": which}.
"""

import codecs
import json
import os
import resource
import signal
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MEMORY_BYTES = 1_500_000_000
CPU_S = 20
OPEN_FILES = 64
# At most four bytes a character in UTF-8: all of it stays well under ANSWER_BYTES.
PAGE_CHARS = 100_000
DOCUMENT_CHARS = 1_000_000
ANSWER_BYTES = 8 * 2**20

LINE_END_HYPHENS = dict.fromkeys(map(ord, "\x02\ufffe\u00ad"))  # PDFium marks a word cut at the end of a line
KEPT_CONTROLS = "\n\t\u200c\u200d"  # the joiners of Persian and Hindi are spelling, not formatting


class Refused(Exception):
    """The document cannot be read: `why` is one of the words that `documents` knows a sentence for."""

    def __init__(self, why: str, page: int | None = None) -> None:
        self.answer = {"refused": why, "page": page}


def main(max_pages: int, wall_s: float) -> None:
    limit_myself(wall_s)
    try:
        answer = examine(sys.stdin.buffer.read(), max_pages)
    except Refused as refused:
        answer = refused.answer
    except MemoryError:
        answer = {"refused": "memory"}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False, allow_nan=False).encode())
    sys.stdout.buffer.flush()
    os._exit(0)  # the answer stands: taking a hostile document apart again could only break it


def limit_myself(wall_s: float) -> None:
    """Bound memory, processor time, wall time and files: also when nobody is left to end this process."""
    lower(resource.RLIMIT_AS, MEMORY_BYTES)
    lower(resource.RLIMIT_CPU, CPU_S, spare=5)  # the soft limit says why it ends; the hard one just ends it
    lower(resource.RLIMIT_FSIZE, ANSWER_BYTES)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_NPROC, 0)
    lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    signal.setitimer(signal.ITIMER_REAL, wall_s)


def lower(limit: int, most: int, spare: int = 0) -> None:
    """Set the soft limit to `most` and the hard one `spare` above; less where less is allowed already."""
    hard = resource.getrlimit(limit)[1]
    highest = most + spare if hard == resource.RLIM_INFINITY else min(most + spare, hard)
    resource.setrlimit(limit, (min(most, highest), highest))


def examine(data: bytes, max_pages: int) -> dict[str, Any]:
    """Return the answer for the file that holds `data`. Raises Refused."""
    if not data:
        raise Refused("nothing")
    import pypdfium2  # here, not above: the limits come first

    codecs.lookup("utf-16-le")  # PDFium's; Python would load it at the first page
    lower(resource.RLIMIT_NOFILE, 0)  # all that is needed is loaded: from here on no file can be opened
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(why_closed(error.err_code)) from error
    return {"page_count": len(document), "pages": read_pages(document, max_pages)}


def why_closed(error_code: int) -> str:
    """Return the word for PDFium's reason not to open a document."""
    from pypdfium2 import raw

    words = {
        raw.FPDF_ERR_SUCCESS: "no_pages",  # opened well, and there are none
        raw.FPDF_ERR_PASSWORD: "password",
        raw.FPDF_ERR_SECURITY: "protection",
    }
    return words.get(error_code, "damaged")


def read_pages(document: "PdfDocument", max_pages: int) -> list[dict[str, Any]]:
    """Return the first `max_pages` pages; fewer where the next one's text would be too much to answer."""
    from pypdfium2 import PdfiumError

    pages: list[dict[str, Any]] = []
    chars = 0
    for index in range(min(len(document), max_pages)):
        try:
            page = read_page(document[index])
        except PdfiumError as error:
            raise Refused("page", index + 1) from error
        chars += len(page["text"])
        if chars > DOCUMENT_CHARS:
            break
        pages.append(page)
    return pages


def read_page(page: "PdfPage") -> dict[str, Any]:
    """Return the page's size and what stands within its bounds: words outside of them nobody can see."""
    width_pt, height_pt = page.get_size()
    text = page.get_textpage().get_text_bounded()
    page.close()  # its text goes with it: memory holds one page at a time
    return {"width_pt": width_pt, "height_pt": height_pt, "text": cleaned(text[:PAGE_CHARS])}


def cleaned(text: str) -> str:
    """Join words cut at line ends; drop what is no character; let every kind of space be one, icons too."""
    return "".join(map(kept, text.replace("\r\n", "\n").replace("\r", "\n").translate(LINE_END_HYPHENS)))


def kept(character: str) -> str:
    if character.isprintable() or character in KEPT_CONTROLS:
        return character
    # Z: spaces other than U+0020. Co: private use, which in résumés are the icons of icon fonts.
    category = unicodedata.category(character)
    return " " if category.startswith("Z") or category == "Co" else ""


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
