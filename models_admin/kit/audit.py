"""Writing the audit trail: who did what to which row."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model

from models_admin.models import AuditEvent


def record_all(
    action: str, subject: type[Model], actor: AbstractBaseUser | AnonymousUser | int | None, **details: Any
) -> None:
    """Write one AuditEvent about many rows of the model `subject`; see `record`."""
    AuditEvent.objects.create(
        action=action,
        subject=subject._meta.label_lower,
        actor_id=actor if isinstance(actor, int) or actor is None else actor.pk,
        details=details,
    )


def record(
    action: str, subject: Model, actor: AbstractBaseUser | AnonymousUser | int | None, **details: Any
) -> None:
    """Write an AuditEvent in the current transaction; `actor` may be a user's id.

    `details` holds ids and states, never personal data.
    """
    AuditEvent.objects.create(
        action=action,
        subject=subject._meta.label_lower,
        subject_id=subject.pk if isinstance(subject.pk, int) else None,
        actor_id=actor if isinstance(actor, int) or actor is None else actor.pk,
        details=details,
    )


def record_each(action: str, subjects: Sequence[Model], actor: AbstractBaseUser, **details: Any) -> None:
    """Write an AuditEvent for each of `subjects`, which are of one model, in one statement."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            action=action,
            subject=subject._meta.label_lower,
            subject_id=subject.pk,
            actor_id=actor.pk,
            details=details,
        )
        for subject in subjects
    )
