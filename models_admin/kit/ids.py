"""Ids as addresses say them: whatever else stands there is nobody's."""

MOST_DIGITS = 18  # every number of so many fits into a column of either database


def is_one(text: str) -> bool:
    """Whether `text` is a number that may be an id.

    >>> is_one("12"), is_one("-1"), is_one("²"), is_one("9" * 30)
    (True, False, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def read(text: str) -> int:
    """Return the id in `text`, 0 (nobody's) where there is none."""
    return int(text) if is_one(text) else 0
