"""Normalised names of people. Pure."""

import unicodedata


def normalised(name: str) -> str:
    """Return `name` for comparison: no accents, no case, only letters and digits, words in order.

    >>> normalised("  Ana-Lucía  MÜLLER ")
    'ana lucia muller'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())
