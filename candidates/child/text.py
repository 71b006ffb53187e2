"""Text as it is kept: joined words, plain spaces, nothing that only hides or turns it."""

import re
import unicodedata

# At most four bytes a character in UTF-8: all of it stays well under what an answer may have.
PAGE_CHARS = 100_000
DOCUMENT_CHARS = 400_000  # hidden ones too; a page of a book has 3,000

HYPHENS = "\x02\ufffe\u00ad"  # PDFium marks a word cut at the end of a line
LINE_END_HYPHENS = dict.fromkeys(map(ord, HYPHENS))
KEPT_CONTROLS = "\n\t\u200c\u200d"  # the joiners of Persian and Hindi are spelling, not formatting
STRAY_JOINERS = re.compile(
    r"(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])"
)  # not in Latin


def cleaned(text: str) -> str:
    """Join words cut at line ends; drop what is no character; let every kind of space be one, icons too."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").translate(LINE_END_HYPHENS)
    if whole.isascii() and whole.isprintable():  # mostly so, of words
        return whole
    return "".join(map(kept, STRAY_JOINERS.sub("", whole)))


def kept(character: str) -> str:
    """Return the character, the space that it stands for, or nothing."""
    if character.isprintable() or character in KEPT_CONTROLS:
        return character
    # Z: spaces other than U+0020. Co: private use, which in résumés are the icons of icon fonts.
    category = unicodedata.category(character)
    return " " if category.startswith("Z") or category == "Co" else ""
