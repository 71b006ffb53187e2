"""Reads one PDF from standard input and says what stands in it. A script: started for one file, then gone.

PDFium is written in C++ and the file comes from a stranger, so this process limits itself before it looks
at the first byte: what goes wrong here costs one file and nothing else. Standard library and PDFium only,
and of this project the few modules that say the same of themselves.

    pdf_child.py MAX_PAGES WALL_S < file.pdf

It prints {"page_count", "pages": [page]} or {"refused": why, "page": which}. A page is
{"width_pt", "height_pt", "text", "words": [[text, x0, y0, x1, y1]], "hidden": [{"reason", "boxes", "text"}],
"instructions": [sentence]}; its text and words are those that people see.
"""

import codecs
import json
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

MEMORY_BYTES = 1_500_000_000
CPU_S = 20
OPEN_FILES = 64
# At most four bytes a character in UTF-8: all of it stays under ANSWER_BYTES. What is hidden is bounded too.
PAGE_CHARS = 100_000
DOCUMENT_CHARS = 400_000  # hidden ones too: a page of a book has 3,000
DOCUMENT_WORDS = 40_000
ANSWER_BYTES = 8 * 2**20


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
    pypdfium2 = load_all()  # here, not above: the limits come first
    lower(resource.RLIMIT_NOFILE, 0)  # all that is needed is loaded: from here on no file can be opened
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Refused(why_closed(error.err_code)) from error
    return {"page_count": len(document), "pages": read_pages(document, max_pages)}


def load_all() -> Any:
    """Import what reads pages; return PDFium. Started alone, this script has none of the project at hand."""
    import pypdfium2

    codecs.lookup("utf-16-le")  # PDFium's; Python would load it at the first page
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path.append(root)  # behind everything else
    try:
        from candidates import instructions, integrity, reading_order, words  # noqa: F401
    finally:
        sys.path.remove(root)
    return pypdfium2


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
    """Return the first `max_pages` pages; fewer where the next one's text would be too much to answer.

    Of the words of many long pages only the first are told, with their boxes; the text is whole.
    """
    from pypdfium2 import PdfiumError

    pages: list[dict[str, Any]] = []
    chars, words = 0, DOCUMENT_WORDS
    for index in range(min(len(document), max_pages)):
        try:
            page, chars_read = read_page(document[index])
        except PdfiumError as error:
            raise Refused("page", index + 1) from error
        chars += chars_read
        if chars > DOCUMENT_CHARS:
            break
        page["words"] = page["words"][:words]
        words -= len(page["words"])
        pages.append(page)
    return pages


def read_page(page: "PdfPage") -> tuple[dict[str, Any], int]:
    """Return the page's size, what people see on it and what its text layer holds besides; its characters."""
    from candidates import instructions, integrity, reading_order, words

    width_pt, height_pt = page.get_size()
    text_page = page.get_textpage()
    layer = words.layer(page, text_page)
    examined = integrity.examine(page, text_page, layer.words)
    smuggled = integrity.smuggled(layer.raw)
    page.close()  # its text goes with it: memory holds one page at a time
    text = reading_order.text(examined.seen)[:PAGE_CHARS]
    answer = {
        "width_pt": width_pt,
        "height_pt": height_pt,
        "text": text,
        "words": [[word.text, *rounded(word.box)] for word in examined.seen],
        "hidden": [
            {"reason": found.reason, "boxes": [rounded(box) for box in found.boxes], "text": found.text}
            for found in [*examined.hidden, *([smuggled] if smuggled else [])]
        ],
        "instructions": instructions.instructions(text),
    }
    return answer, len(layer.raw)


def rounded(box: tuple[float, ...]) -> list[float]:
    """A hundredth of a point is less than any screen shows."""
    return [round(edge, 2) for edge in box]


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
