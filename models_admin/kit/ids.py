"""Ids in URLs; anything that is not an id belongs to no row."""

MOST_DIGITS = 18  # every number of 18 digits fits into an id column of both databases


def is_id(text: str) -> bool:
    """Whether `text` is a number that may be an id.

    >>> is_id("12"), is_id("-1"), is_id("²"), is_id("9" * 30)
    (True, False, False, False)
    """
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def parse_id(text: str) -> int:
    """Return the id in `text`; 0, which no row has, if there is none."""
    return int(text) if is_id(text) else 0
