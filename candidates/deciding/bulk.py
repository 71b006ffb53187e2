"""One word on many applications: each gets a decision of its own, and its own entry in the audit trail."""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from candidates.deciding import decisions
from candidates.evaluations import search
from candidates.models import Application, ApplicationQuerySet, Decision, DecisionOrder, changes, reasons
from models_admin.kit import audit

CHUNK = 500  # applications decided in one transaction: a reader waits for none of them long


def undecided(rows: ApplicationQuerySet, status: str) -> ApplicationQuerySet:
    """Those of `rows` that do not say `status` already. Raises UnknownStatus."""
    decisions.check(status)
    return rows.exclude(by_decision={order.label: order for order in DecisionOrder}[status])


def decide(
    rows: ApplicationQuerySet,
    *,
    status: str,
    user: User,
    reason: str = "",
    note: str = "",
    seen: int | None = None,
) -> int:
    """Decide on all of `rows` that do not say so already; return how many that were.

    What is decided is what `rows` is at this moment; whoever breaks off leaves whole chunks. `seen` is the
    newest decision on anybody when `user` was asked: what others decided since then is noted as overtaken.
    Raises UnknownStatus or reasons.WrongReason.
    """
    wanted = undecided(rows, status).order_by("pk")
    reasons.check(status, reason, note)
    pks = list(wanted.values_list("pk", flat=True))
    said = {"status": status, "reason": reason, "note": note}
    return sum(_decide(chunk, said, user, seen) for chunk in _chunks(pks))


def _chunks(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    return (pks[at : at + CHUNK] for at in range(0, len(pks), CHUNK))


def _decide(pks: Sequence[int], said: dict[str, str], user: User, seen: int | None) -> int:
    with transaction.atomic():
        still = undecided(Application.objects.filter(pk__in=pks), said["status"]).order_by("pk")
        rows = list(still.select_for_update(of=("self",), no_key=True).only("job_id", "sampled"))
        unseen = _unseen(rows, user, seen)
        Decision.objects.bulk_create(
            Decision(application=row, decided_by=user, overtook=unseen.get(row.pk), **said) for row in rows
        )
        details = {name: said[name] for name in ("status", "reason") if said[name]}
        audit.record_each("application.decide", rows, user, **details, together=len(rows))
        changes.applications_changed({row.pk: row.job_id for row in rows})
        search.index(row.pk for row in rows if row.sampled)
    return len(rows)


def _unseen(rows: Sequence[Application], user: User, seen: int | None) -> dict[int, Decision]:
    """The newest decisions on `rows` that are other people's and newer than `seen`, by application."""
    if seen is None:
        return {}
    since = Decision.objects.filter(application__in=rows, pk__gt=seen).order_by("pk")
    newest = {decision.application_id: decision for decision in since}
    return {pk: decision for pk, decision in newest.items() if decision.decided_by_id != user.pk}
