"""Text as it is kept: joined words, plain spaces, nothing that only hides or turns it."""

import unicodedata

# At most four bytes a character in UTF-8: all of it stays well under what an answer may have.
PAGE_CHARS = 100_000
DOCUMENT_CHARS = 1_000_000

LINE_END_HYPHENS = dict.fromkeys(map(ord, "\x02\ufffe\u00ad"))  # PDFium marks a word cut at the end of a line
KEPT_CONTROLS = "\n\t\u200c\u200d"  # the joiners of Persian and Hindi are spelling, not formatting


def cleaned(text: str) -> str:
    """Join words cut at line ends; drop what is no character; let every kind of space be one, icons too."""
    return "".join(map(_kept, text.replace("\r\n", "\n").replace("\r", "\n").translate(LINE_END_HYPHENS)))


def _kept(character: str) -> str:
    if character.isprintable() or character in KEPT_CONTROLS:
        return character
    # Z: spaces other than U+0020. Co: private use, which in résumés are the icons of icon fonts.
    category = unicodedata.category(character)
    return " " if category.startswith("Z") or category == "Co" else ""
