"""Who an application is from: two share a candidate only if e-mail and name are the same."""

from candidates.evaluations.answers import Answer
from candidates.models import Candidate
from candidates.names import normalised


def identify(answer: Answer) -> Candidate:
    """Return the candidate that `answer` names: a known one with that e-mail and name, else a new one."""
    email = (answer.email or "").lower()
    name = answer.name or ""
    details = {"name": name, "phone": answer.phone or ""}
    if email and normalised(name):
        return Candidate.objects.get_or_create(
            email=email, normalised_name=normalised(name), defaults=details
        )[0]
    return Candidate.objects.create(email=email, normalised_name=normalised(name), **details)
