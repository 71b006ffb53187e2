"""Quotes: the words of a page that support a finding."""

import re

from gpu_worker.engines.rules.text import Line

LONGEST_CHARS = 200


def quote_of(line: Line, names: list[str]) -> str:
    """Return the line as written, or the part around one of `names` that fits; cut between words."""
    shown = line.text if line.text in line.written or not line.written.isprintable() else line.written
    if len(shown) <= LONGEST_CHARS:
        return shown
    start = max(0, min(_place(names, shown) - LONGEST_CHARS // 2, len(shown) - LONGEST_CHARS))
    piece = shown[start : start + LONGEST_CHARS]
    if start:
        piece = piece[piece.find(" ") + 1 :]
    return piece.rsplit(" ", 1)[0] if start + LONGEST_CHARS < len(shown) else piece


def _place(names: list[str], shown: str) -> int:
    """Return the offset of the first name found as a whole word: not the Java in an earlier JavaScript."""
    whole = (re.search(rf"(?i)(?<!\w){re.escape(name)}(?![\w+#])", shown) for name in names if name)
    return next((match.start() for match in whole if match), 0)
