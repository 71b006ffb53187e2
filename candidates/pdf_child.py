"""Reads one PDF from standard input and says what stands in it. A script: started for one file, then gone.

PDFium is written in C++ and the file comes from a stranger, so this process limits itself before it looks
at the first byte: what goes wrong here costs one file and nothing else. Standard library and PDFium only.

    pdf_child.py MAX_PAGES WALL_S < file.pdf
"""

import json
import resource
import signal
import sys
from typing import Any

MEMORY_BYTES = 1536 * 2**20
CPU_S = 20
OPEN_FILES = 64
MOST_CHARS_A_PAGE = 100_000


def main(max_pages: int, wall_s: int) -> None:
    limit_myself(wall_s)
    print(json.dumps(examine(sys.stdin.buffer.read(), max_pages)))  # noqa: T201  # this is the answer


def limit_myself(wall_s: int) -> None:
    """Bound memory, processor time, wall time and files: also when nobody is left to end this process."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(wall_s)


def examine(data: bytes, max_pages: int) -> dict[str, object]:
    """Return {"page_count", "pages"}, or {"refused": "password" | "damaged" | "empty"}."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        password = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        return {"refused": "password" if password else "damaged"}
    page_count = len(document)
    if page_count == 0:
        return {"refused": "empty"}
    pages = []
    for index in range(min(page_count, max_pages)):
        try:
            pages.append(read_page(document[index]))
        except pypdfium2.PdfiumError:
            return {"refused": "damaged"}
    return {"page_count": page_count, "pages": pages}


def read_page(page: Any) -> dict[str, object]:
    text = page.get_textpage().get_text_bounded()[:MOST_CHARS_A_PAGE]
    return {"width_pt": page.get_width(), "height_pt": page.get_height(), "text": cleaned(text)}


def cleaned(text: str) -> str:
    """Join what PDFium marks as hyphenated, and drop what no database keeps: NUL and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for hyphen in ("\ufffe", "\x02"):
        text = text.replace(hyphen + "\n", "").replace(hyphen, "")
    return "".join(c for c in text if c in "\n\t" or (c.isprintable() or c == "\u00a0"))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
