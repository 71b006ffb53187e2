"""What nobody is shown before a person has decided: in a blind job who it is, in a sample what a model said.

One place lays the veil over what was read from the database, for pages, REST and exports alike. What is under
it is in memory another thing than in the database, so a veiled row is only looked at, never saved.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.db.models.query import ModelIterable

from candidates.blind.identity import Identity
from candidates.models import (
    Application,
    ApplicationQuerySet,
    Candidate,
    Evaluation,
    EvaluationStatus,
    Outcome,
    UploadItem,
)

WITHHELD = "Kept, and shown once somebody has decided: it may name the person."


class Veiled(ModelIterable):  # type: ignore[type-arg]  # only its stub takes one
    """Reads applications that were annotated by `with_veil()`."""

    def __iter__(self) -> Iterator[Application]:
        return map(veiled, super().__iter__())


def veiled_rows(rows: ApplicationQuerySet) -> ApplicationQuerySet:
    """Return `rows` as they may be shown: each is veiled as it is read."""
    shown = rows.with_veil()
    shown._iterable_class = Veiled
    return shown


def veiled(row: Application) -> Application:
    """Return `row` as it may be shown. It is changed in memory."""
    evaluation = row.current_evaluation
    readings = [evaluation] if evaluation else []
    cover(row, readings)
    hide(row)
    return row


def cover(row: Application, readings: Sequence[Evaluation]) -> None:
    """Leave out of `readings`, of the still uncovered `row`, who it is about and what nobody may know yet."""
    identity = identity_of(row.candidate, readings) if row.blind else None
    for reading in readings:
        _cover(reading, identity, sealed=row.sealed)


def cover_readings(readings: Sequence[Evaluation]) -> None:
    """Do so for readings of whatever applications."""
    by_application: dict[int, list[Evaluation]] = defaultdict(list)
    for reading in readings:
        by_application[reading.application_id].append(reading)
    rows = Application.objects.filter(pk__in=by_application).with_veil().select_related("candidate")
    for row in rows:
        cover(row, by_application[row.pk])


def unlinked(items: Sequence[UploadItem]) -> Sequence[UploadItem]:
    """Return `items` without the applications of hidden people: a file's name may tell who it is."""
    named = Application.objects.filter(pk__in=[item.application_id for item in items if item.application_id])
    hidden = set(named.with_veil().filter(Q(blind=True)).values_list("pk", flat=True))
    for item in items:
        if item.application_id in hidden:
            item.application_id = None
    return items


def hide(row: Application) -> None:
    """Leave the person out of the row itself."""
    if row.blind:
        row.file_name = f"Candidate {row.pk}"
        if row.candidate is not None:
            row.candidate = Candidate(name=row.file_name)  # an id would be that of their other applications


def identity_of(candidate: Candidate | None, evaluations: Sequence[Evaluation]) -> Identity:
    """All that is known of a person, by what readings of their résumé say."""
    known: list[Candidate | Evaluation] = [*evaluations, *([candidate] if candidate else [])]
    return Identity.of(
        [one.name for one in known], [one.email for one in known], [one.phone for one in known]
    )


def _cover(evaluation: Evaluation, identity: Identity | None, *, sealed: bool) -> None:
    if sealed and evaluation.status == EvaluationStatus.SUCCEEDED and evaluation.outcome != Outcome.INVALID:
        evaluation.sealed = True
        evaluation.outcome = evaluation.reason = ""
        evaluation.criteria = []
    if identity is not None:
        evaluation.name = evaluation.email = evaluation.phone = ""
        evaluation.reason = told(evaluation.reason, identity)
        evaluation.error = identity.told(evaluation.error)
        evaluation.wrong = identity.told(evaluation.wrong)
        evaluation.criteria = [
            criterion | {"quote": told(criterion["quote"], identity)}
            for criterion in _loaded(evaluation, "criteria", [])
        ]
    if evaluation.sealed or identity is not None:
        evaluation.answer = ""
        evaluation.raw = WITHHELD if _loaded(evaluation, "raw", "") else ""
        evaluation.thinking = WITHHELD if _loaded(evaluation, "thinking", "") else ""


def told(text: str, identity: Identity) -> str:
    """Return `text` without the person; without all of it where nobody knows which word is the name."""
    return (identity.told(text) if identity.names else WITHHELD) if text else text


def _loaded(evaluation: Evaluation, field: str, otherwise: Any) -> Any:
    """What was read; what was left out when the row was read is not fetched now, uncovered."""
    return otherwise if field in evaluation.get_deferred_fields() else getattr(evaluation, field)
