"""One decision on many applications: each gets its own row and its own entry in the audit trail."""

from collections.abc import Iterator, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from candidates.deciding import decisions
from candidates.evaluations import search
from candidates.models import Application, ApplicationQuerySet, Decision, DecisionOrder, changes, reasons
from models_admin.kit import audit

CHUNK = 500  # applications in one transaction, so that locks are short


def undecided(rows: ApplicationQuerySet, status: str) -> ApplicationQuerySet:
    """Return the rows that are not decided as `status` yet. Raises UnknownStatus."""
    decisions.check_status(status)
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
    """Decide on all `rows` that do not have this status yet; return how many those were.

    `rows` is evaluated once, at the start. An interruption leaves whole chunks decided. `seen` is the id of
    the newest decision in the database when `user` was asked: later ones of others are noted as overtaken.
    Raises UnknownStatus or reasons.WrongReason.
    """
    wanted = undecided(rows, status).order_by("pk")
    reasons.check(status, reason, note)
    pks = list(wanted.values_list("pk", flat=True))
    fields = {"status": status, "reason": reason, "note": note}
    return sum(_decide(chunk, fields, user, seen) for chunk in _chunks(pks))


def _chunks(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    return (pks[at : at + CHUNK] for at in range(0, len(pks), CHUNK))


def _decide(pks: Sequence[int], fields: dict[str, str], user: User, seen: int | None) -> int:
    with transaction.atomic():
        undecided_rows = undecided(Application.objects.filter(pk__in=pks), fields["status"]).order_by("pk")
        rows = list(undecided_rows.select_for_update(of=("self",), no_key=True).only("job_id", "sampled"))
        unseen = _unseen(rows, user, seen)
        Decision.objects.bulk_create(
            Decision(application=row, decided_by=user, overtook=unseen.get(row.pk), **fields) for row in rows
        )
        details = {name: fields[name] for name in ("status", "reason") if fields[name]}
        audit.record_each("application.decide", rows, user, **details, together=len(rows))
        changes.applications_changed({row.pk: row.job_id for row in rows})
        search.index(row.pk for row in rows if row.sampled)
    return len(rows)


def _unseen(rows: Sequence[Application], user: User, seen: int | None) -> dict[int, Decision]:
    """Return other people's newest decisions on `rows` after `seen`, by application id."""
    if seen is None:
        return {}
    since = Decision.objects.filter(application__in=rows, pk__gt=seen).order_by("pk")
    newest = {decision.application_id: decision for decision in since}
    return {pk: decision for pk, decision in newest.items() if decision.decided_by_id != user.pk}
