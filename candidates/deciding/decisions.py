"""The person's word on an application."""

from django.contrib.auth.models import User
from django.db import transaction

from candidates.evaluations import search
from candidates.models import Application, Decision, DecisionStatus, changes, reasons
from models_admin.kit import audit


class UnknownStatus(ValueError):
    """Only Accepted, Rejected and Pending can be decided."""


def check(status: str) -> None:
    """Raise UnknownStatus for what cannot be decided."""
    if status not in DecisionStatus.values:
        allowed = ", ".join(DecisionStatus.values)
        raise UnknownStatus(f"“{status[:50]}” cannot be decided: choose one of {allowed}.")


def decide(
    application: Application,
    *,
    status: str,
    user: User,
    note: str = "",
    reason: str = "",
    seen: int | None = None,
) -> Decision:
    """Add a decision; the earlier ones stay as history, and the newest counts.

    `reason` is a key of `reasons`. `seen` is the newest decision that `user` knew of, 0 = none,
    None = nobody can tell: one of somebody else that came after it is noted as overtaken, and both stay.
    Raises UnknownStatus or reasons.WrongReason.
    """
    check(status)
    reasons.check(status, reason, note)
    with transaction.atomic():
        Application.objects.select_for_update().get(pk=application.pk)  # one after the other
        decision = Decision.objects.create(
            application=application,
            status=status,
            reason=reason,
            note=note,
            decided_by=user,
            overtook=_unseen(application, user, seen),
        )
        audit.record("application.decide", application, user, **_details(decision))
        changes.applications_changed({application.pk: application.job_id})
        if application.sampled:  # the model's reason may be found from now on
            search.index([application.pk])
    return decision


def _unseen(application: Application, user: User, seen: int | None) -> Decision | None:
    """Return the newest decision, where it is another person's and newer than what `user` has seen."""
    if seen is None:
        return None
    newest = application.decisions.select_related("decided_by").first()
    return newest if newest and newest.pk > seen and newest.decided_by_id != user.pk else None


def _details(decision: Decision) -> dict[str, str | int]:
    """What the audit trail keeps: states and ids, and never a note."""
    details: dict[str, str | int] = {"status": decision.status}
    if decision.reason:
        details["reason"] = decision.reason
    if decision.overtook_id is not None:
        details["overtook"] = decision.overtook_id
    return details
