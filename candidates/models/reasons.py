"""Reasons for decisions, shared by pages, REST and exports. Pure.

A decision stores the key of its reason. Words may change; keys may not.
"""

from collections.abc import Mapping

OTHER = "other"
REASONS: Mapping[str, Mapping[str, str]] = {
    "Accepted": {
        "meets": "Meets what the job asks for",
        "promising": "Promising, though something is missing",
        "known": "Known to us, or recommended",
    },
    "Rejected": {
        "requirement": "Lacks something that the job requires",
        "experience": "Too little experience",
        "others_fit": "Others fit better",
        "conditions": "Place, hours, pay or permit do not fit",
        "withdrew": "Has withdrawn",
        "no_resume": "Not a résumé, or not readable",
    },
    "Pending": {
        "information": "More information is needed",
        "second_opinion": "A second opinion is needed",
        "mistake": "The decision was a mistake",
    },
}
KEYS = (*(key for of_status in REASONS.values() for key in of_status), OTHER)


class WrongReason(ValueError):
    """The reason is unknown, belongs to another status, or needs a note."""


def check(status: str, reason: str, note: str) -> None:
    """Raise WrongReason unless `reason` is valid for `status`; "" means none and is valid."""
    if not reason or reason in REASONS[status]:
        return
    if reason == OTHER:
        if not note.strip():
            raise WrongReason("Explain the other reason in the note.")
        return
    statuses = [other for other, keys in REASONS.items() if reason in keys]
    if not statuses:
        raise WrongReason(f"“{reason[:50]}” is not a reason. Choose one of {', '.join(KEYS)}.")
    raise WrongReason(
        f"“{words(reason)}” is a reason for {statuses[0]}, not for {status}. Choose another, or none."
    )


def words(reason: str) -> str:
    """Return the reason in words; "" for none."""
    if reason == OTHER:
        return "Another reason"
    return next((keys[reason] for keys in REASONS.values() if reason in keys), reason)
