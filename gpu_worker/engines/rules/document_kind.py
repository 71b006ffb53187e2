"""Whether a document is a résumé, by its sections and dates, or an invoice or letter, by their phrases."""

import re
from enum import StrEnum

from gpu_worker.engines.rules import dates
from gpu_worker.engines.rules.text import Line, Text
from jobs.criteria.vocabulary import (
    INVOICE_WORDS,
    LETTER_CLOSINGS,
    LETTER_OPENINGS,
)

SECTIONS_ENOUGH = 2
INVOICE_ENOUGH = 3
DATES_ENOUGH = 2


class DocumentKind(StrEnum):
    RESUME = "a résumé"
    INVOICE = "an invoice"
    LETTER = "a letter"
    UNCLEAR = "unclear"


def kind_of(text: Text) -> DocumentKind:
    """Return what `text` is. Only clear signs make it an invoice or letter; in doubt it is unclear."""
    sections, said = len(_sections(text)), " ".join(line.text for line in text.lines).casefold()
    if sections >= SECTIONS_ENOUGH:
        return DocumentKind.RESUME
    if sum(1 for word in INVOICE_WORDS if re.search(rf"\b{word}\b", said)) >= INVOICE_ENOUGH:
        return DocumentKind.INVOICE
    if _is_letter(text, said):
        return DocumentKind.LETTER
    if sections and sum(1 for line in text.lines if _is_dated(line)) >= DATES_ENOUGH:
        return DocumentKind.RESUME
    return DocumentKind.UNCLEAR


def _sections(text: Text) -> set[str]:
    return {line.text.casefold().strip(" :") for line in text.lines if line.is_heading}


def _is_dated(line: Line) -> bool:
    return any(span.until != span.since for span in dates.spans(line.text))


def _is_letter(text: Text, said: str) -> bool:
    opens = any(line.text.casefold().startswith(LETTER_OPENINGS) for line in text.lines)
    return opens and any(closing in said for closing in LETTER_CLOSINGS)
