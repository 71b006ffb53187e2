"""Criteria drawn from a job's description, for a recruiter who has written none."""

from jobs.criteria import LONGEST_TEXT, MOST_CRITERIA, Criterion, Weight, listed, requirements
from jobs.criteria.requirements import Kind, Requirement


def draw(description: str) -> tuple[Criterion, ...]:
    """Return the criteria in `description`, in order, as a person would write them: “Kafka or RabbitMQ”."""
    found: dict[str, tuple[str, Weight]] = {}
    for wanted in requirements.drawn(description):
        text = _text(wanted)
        found.setdefault(text.casefold(), (text, wanted.weight))
    return listed(list(found.values())[:MOST_CRITERIA])


def _text(wanted: Requirement) -> str:
    if wanted.kind is not Kind.TERM or len(wanted.groups[0]) < 3:
        return wanted.text[:LONGEST_TEXT].strip()
    *others, last = [term.written for term in wanted.groups[0]]
    return f"{', '.join(others)} or {last}"[:LONGEST_TEXT].strip()
