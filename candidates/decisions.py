"""The person's word on an application."""

from django.contrib.auth.models import User
from django.db import transaction

from candidates import evaluations
from candidates.models import Application, Decision, Verdict
from models_admin import audit


class UnknownVerdict(ValueError):
    """Only Accepted, Rejected and Pending can be decided."""


def decide(application: Application, *, verdict: str, user: User, note: str = "") -> Decision:
    """Add a decision; the earlier ones stay as history. Raises UnknownVerdict."""
    if verdict not in Verdict.values:
        allowed = ", ".join(Verdict.values)
        raise UnknownVerdict(f"“{verdict[:50]}” cannot be decided: choose one of {allowed}.")
    with transaction.atomic():
        decision = Decision.objects.create(
            application=application, verdict=verdict, note=note, decided_by=user
        )
        audit.record("application.decide", application, user, verdict=verdict)
        evaluations.announce({application.pk: application.job_id})
    return decision
