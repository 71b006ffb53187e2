"""Clean text: joined words, plain spaces, no characters that only hide or reverse text."""

import re
import unicodedata

# At most four bytes a character in UTF-8: well under the limit of a reply.
PAGE_CHARS = 100_000
DOCUMENT_CHARS = 400_000  # hidden ones too; a page of a book has 3,000

HYPHENS = "\x02\ufffe\u00ad"  # PDFium's marks of a hyphenated line end
LINE_END_HYPHENS = dict.fromkeys(map(ord, HYPHENS))
KEPT_CONTROLS = "\n\t\u200c\u200d"  # joiners are spelling in Persian and Hindi, not formatting
STRAY_JOINERS = re.compile(
    r"(?<![^\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u024f])"
)  # not in Latin


def cleaned(text: str) -> str:
    """Join hyphenated words; drop non-characters; turn every kind of space, and icons, into a plain one."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").translate(LINE_END_HYPHENS)
    if whole.isascii() and whole.isprintable():  # true for most words
        return whole
    return "".join(map(kept, STRAY_JOINERS.sub("", whole)))


def kept(character: str) -> str:
    """Return the character, the space that it stands for, or nothing."""
    if character.isprintable() or character in KEPT_CONTROLS:
        return character
    # Z: spaces other than U+0020. Co: private use, which in résumés are the icons of icon fonts.
    category = unicodedata.category(character)
    return " " if category.startswith("Z") or category == "Co" else ""
