"""The sandbox's script: read one file from standard input and reply with its content.

PDFium and Pillow are written in C and C++ and the file comes from a stranger, so this process limits itself
before it reads the first byte: whatever goes wrong costs one file only.

    main.py MEDIA_TYPE MAX_PAGES MAX_FILE_BYTES WALL_S < file

The reply is the page images (or the files of a ZIP), one after the other; then JSON; then the JSON's length
in eight bytes. The JSON is {"page_count", "pages": [page]} or {"files": [{"name", "size_bytes", "problem"}]}
or {"refused": why, "page": which}. A page is {"width_pt", "height_pt", "text", "image"} with image
{"width_px", "height_px", "size_bytes"} or null; for a PDF also {"words": [[text, x0, y0, x1, y1]],
"hidden": [{"reason", "boxes", "text"}], "instructions": [sentence], "pictures": [[x0, y0, x1, y1]]}. Text and
words are what people see. A painted page image ("blind") is a document of one page.
"""

import json
import os
import sys
from pathlib import Path
from typing import IO, Any


def main(kind: str, max_pages: int, max_file_bytes: int, wall_s: float) -> None:
    sys.path.append(str(Path(__file__).resolve().parents[2]))  # last: our names must not hide a library's
    from candidates.child import limits
    from candidates.child.refused import Refused

    unpacking = kind == "application/zip"
    limits.limit_myself(wall_s, limits.UNPACKED_BYTES if unpacking else limits.ANSWER_BYTES)
    out = sys.stdout.buffer
    try:
        answer = examine(kind, sys.stdin.buffer, out, max_pages, max_file_bytes)
    except Refused as refused:
        answer = refused.answer
    except MemoryError:
        answer = {"refused": "memory"}
    said = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    out.write(said + len(said).to_bytes(8, "big"))
    out.flush()
    os._exit(0)  # the reply is written; freeing a hostile document could only crash


def examine(
    kind: str, file: IO[bytes], out: IO[bytes], max_pages: int, max_file_bytes: int
) -> dict[str, Any]:
    """Return the reply for `file`; write its images or files to `out`. Raises Refused."""
    if kind.endswith("wordprocessingml.document"):
        from candidates.child.docx import docx_text

        return docx_text.examine(file.read())
    if kind == "application/zip":
        from candidates.child import archive

        return archive.examine(file, out, max_file_bytes)
    from candidates.child.page_images import Images

    if kind == "blind":
        from candidates.child import painting

        return painting.examine(file, Images(out))
    if kind == "application/pdf":
        from candidates.child.pdf import pdf_pages

        return pdf_pages.examine(file.read(), max_pages, Images(out))
    if kind.startswith("image/"):
        from candidates.child import pictures

        return pictures.examine(file.read(), max_pages, Images(out))
    raise ValueError(kind)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
