"""Names of people, as they are compared. Pure."""

import unicodedata


def normalised(name: str) -> str:
    """Return `name` as it is compared: no accents, no case, letters and digits only, words in order.

    >>> normalised("  Ana-Lucía  MÜLLER ")
    'ana lucia muller'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())
