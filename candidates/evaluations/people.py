"""Who an application is from: two share a candidate only where e-mail and name agree."""

import unicodedata

from candidates.evaluations.answers import Answer
from candidates.models import Candidate


def normalised(name: str) -> str:
    """Return `name` as it is compared: no accents, no case, letters and digits only, words in order.

    >>> normalised("  Ana-Lucía  MÜLLER ")
    'ana lucia muller'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())


def identify(answer: Answer) -> Candidate:
    """Return the candidate whom `answer` names: a known one with the same e-mail and name, else a new one."""
    email = (answer.email or "").lower()
    name = answer.name or ""
    details = {"name": name, "phone": answer.phone or ""}
    if email and normalised(name):
        return Candidate.objects.get_or_create(
            email=email, normalised_name=normalised(name), defaults=details
        )[0]
    return Candidate.objects.create(email=email, normalised_name=normalised(name), **details)
