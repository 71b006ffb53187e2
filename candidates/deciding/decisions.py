"""A person's decision on an application."""

from django.contrib.auth.models import User
from django.db import transaction

from candidates.evaluations import search
from candidates.models import Application, Decision, DecisionStatus, changes, reasons
from models_admin.kit import audit


class UnknownStatus(ValueError):
    """A decision is Accepted, Rejected or Pending."""


def check_status(status: str) -> None:
    """Raise UnknownStatus unless `status` is a decision."""
    if status not in DecisionStatus.values:
        allowed = ", ".join(DecisionStatus.values)
        raise UnknownStatus(f"“{status[:50]}” is not a decision. Choose one of {allowed}.")


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

    `reason` is a key of `reasons`. `seen` is the id of the newest decision that `user` knew of: 0 = none,
    None = not known. A later one of somebody else is noted as overtaken; both stay.
    Raises UnknownStatus or reasons.WrongReason.
    """
    check_status(status)
    reasons.check(status, reason, note)
    with transaction.atomic():
        Application.objects.select_for_update().get(pk=application.pk)  # one decision at a time
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
        if application.sampled:  # the model's reason can be searched from now on
            search.index([application.pk])
    return decision


def _unseen(application: Application, user: User, seen: int | None) -> Decision | None:
    """Return the newest decision if it is another person's and `user` has not seen it."""
    if seen is None:
        return None
    newest = application.decisions.select_related("decided_by").first()
    return newest if newest and newest.pk > seen and newest.decided_by_id != user.pk else None


def _details(decision: Decision) -> dict[str, str | int]:
    """Return what the audit trail keeps: statuses and ids, never a note."""
    details: dict[str, str | int] = {"status": decision.status}
    if decision.reason:
        details["reason"] = decision.reason
    if decision.overtook_id is not None:
        details["overtook"] = decision.overtook_id
    return details
