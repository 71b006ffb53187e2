"""Why people decide as they do: the one list that pages, REST and exports share. Pure.

A decision keeps the reason's key. Words may be changed here; a key that decisions may have stays.
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
KEYS = (*(key for of_verdict in REASONS.values() for key in of_verdict), OTHER)


class WrongReason(ValueError):
    """The reason is none, belongs to another status, or says nothing without a note."""


def check(status: str, reason: str, note: str) -> None:
    """Raise WrongReason unless `reason` can be given for `status`; "" is none, which is fine."""
    if not reason or reason in REASONS[status]:
        return
    if reason == OTHER:
        if not note.strip():
            raise WrongReason("Say in the note what the other reason is.")
        return
    statuses = [other for other, keys in REASONS.items() if reason in keys]
    if not statuses:
        raise WrongReason(f"“{reason[:50]}” is not a reason: choose one of {', '.join(KEYS)}.")
    raise WrongReason(
        f"“{words(reason)}” is a reason for {statuses[0]}, not for {status}: choose another, or none."
    )


def words(reason: str) -> str:
    """What people read for a reason; "" for none."""
    if reason == OTHER:
        return "Another reason"
    return next((keys[reason] for keys in REASONS.values() if reason in keys), reason)
