"""Is it a résumé? Told by its sections and dates, and by what invoices and letters say instead."""

import re
from enum import StrEnum

from gpu_worker.engines.rules.text import Text
from jobs.criteria.vocabulary import (
    INVOICE_WORDS,
    LETTER_CLOSINGS,
    LETTER_OPENINGS,
    RESUME_SECTIONS,
)

SECTIONS_ENOUGH = 2
INVOICE_ENOUGH = 3
DATES_ENOUGH = 2
DATE_RANGE = re.compile(
    r"(?i)\b(?:19|20)\d\d\s?[-–—]\s?(?:[a-z]{3,9}\.? )?(?:(?:19|20)\d\d|present|now|today|current)\b"
)


class Kind(StrEnum):
    RESUME = "a résumé"
    INVOICE = "an invoice"
    LETTER = "a letter"
    UNCLEAR = "unclear"


def of(text: Text) -> Kind:
    """Return what `text` is. Only clear signs of something else make it that; in doubt it is unclear."""
    sections, said = len(_sections(text)), " ".join(line.text for line in text.lines).casefold()
    if sections >= SECTIONS_ENOUGH:
        return Kind.RESUME
    if sum(1 for word in INVOICE_WORDS if re.search(rf"\b{word}\b", said)) >= INVOICE_ENOUGH:
        return Kind.INVOICE
    if _is_letter(text, said):
        return Kind.LETTER
    if sections and sum(1 for line in text.lines if DATE_RANGE.search(line.text)) >= DATES_ENOUGH:
        return Kind.RESUME
    return Kind.UNCLEAR


def is_section(line: str) -> bool:
    return line.casefold().strip(" :") in RESUME_SECTIONS


def _sections(text: Text) -> set[str]:
    return {line.text.casefold().strip(" :") for line in text.lines if is_section(line.text)}


def _is_letter(text: Text, said: str) -> bool:
    opens = any(line.text.casefold().startswith(LETTER_OPENINGS) for line in text.lines)
    return opens and any(closing in said for closing in LETTER_CLOSINGS)
