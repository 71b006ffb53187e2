"""Flags: what a person should check before trusting a document's text, in a few words each."""

from collections.abc import Iterable, Sequence

from candidates.child.pdf.integrity import Reason
from candidates.documents.extraction import Page

HIDDEN = "hidden words"
_REASONS = {
    Reason.COLOUR: "in the colour of the paper",
    Reason.TINY: "too small to read",
    Reason.OFF_PAGE: "outside the page",
    Reason.COVERED: "covered",
    Reason.INVISIBLE: "drawn invisibly",
    Reason.TRANSPARENT: "without any opacity",
    Reason.FALSE_LAYER: "not what the scan shows",
    Reason.CHARACTERS: "in invisible characters",
}


def flags(pages: Sequence[Page]) -> list[str]:
    """Return a flag for each reason, and one for text that speaks to the model; none for honest pages."""
    found = []
    for reason, words in _REASONS.items():
        on = [number for number, page in enumerate(pages, 1) if any(h.reason is reason for h in page.hidden)]
        if on:
            found.append(f"{HIDDEN} on {_pages(on)} ({words})")
    speaks = [number for number, page in enumerate(pages, 1) if page.instructions]
    if speaks:
        found.append(f"text that speaks to the model on {_pages(speaks)}")
    return found


def label(of: Iterable[str]) -> str:
    """Return the label of these flags in a table row, "" if there are none."""
    of = list(of)
    if not of:
        return ""
    return "hidden text" if any(flag.startswith(HIDDEN) for flag in of) else "speaks to the model"


def why(reason: str) -> str:
    """Return `reason` in words: why people cannot see the hidden words."""
    return _REASONS[Reason(reason)]


def _pages(numbers: Sequence[int]) -> str:
    return f"page{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
