"""The veil: hide who it is (blind job) and the verdict (sample) until a person has decided.

Pages, REST and exports all use it on rows that were read from the database. It changes rows in memory, so a
veiled row must never be saved.
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

WITHHELD = "Hidden until somebody has decided: it may name the person."


class Veiled(ModelIterable):  # type: ignore[type-arg]  # only its stub takes one
    """An iterable that veils applications as it reads them; they must be annotated by `with_veil()`."""

    def __iter__(self) -> Iterator[Application]:
        return map(veiled, super().__iter__())


def veiled_rows(rows: ApplicationQuerySet) -> ApplicationQuerySet:
    """Return `rows`, each veiled as it is read."""
    shown = rows.with_veil()
    shown._iterable_class = Veiled
    return shown


def veiled(row: Application) -> Application:
    """Veil `row` in memory and return it."""
    evaluation = row.current_evaluation
    cover(row, [evaluation] if evaluation else [])
    hide(row)
    return row


def cover(row: Application, evaluations: Sequence[Evaluation]) -> None:
    """Hide in `evaluations` of `row`, which is not hidden yet, who it is about and what is sealed."""
    identity = identity_of(row.candidate, evaluations) if row.blind else None
    for evaluation in evaluations:
        _cover(evaluation, identity, sealed=row.sealed)


def cover_evaluations(evaluations: Sequence[Evaluation]) -> None:
    """Hide the same in evaluations of any applications."""
    by_application: dict[int, list[Evaluation]] = defaultdict(list)
    for evaluation in evaluations:
        by_application[evaluation.application_id].append(evaluation)
    rows = Application.objects.filter(pk__in=by_application).with_veil().select_related("candidate")
    for row in rows:
        cover(row, by_application[row.pk])


def unlinked(items: Sequence[UploadItem]) -> Sequence[UploadItem]:
    """Remove the links from `items` to applications of hidden people: a file's name may tell who it is."""
    named = Application.objects.filter(pk__in=[item.application_id for item in items if item.application_id])
    hidden = set(named.with_veil().filter(Q(blind=True)).values_list("pk", flat=True))
    for item in items:
        if item.application_id in hidden:
            item.application_id = None
    return items


def hide(row: Application) -> None:
    """Hide the person in the row itself."""
    if row.blind:
        row.file_name = f"Candidate {row.pk}"
        if row.candidate is not None:
            row.candidate = Candidate(name=row.file_name)  # an id would lead to their other applications


def identity_of(candidate: Candidate | None, evaluations: Sequence[Evaluation]) -> Identity:
    """Return all that is known of a person from their candidate row and evaluations."""
    known: list[Candidate | Evaluation] = [*evaluations, *([candidate] if candidate else [])]
    return Identity.from_details(
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
    """Return `text` with placeholders for the person, or `WITHHELD` if no name is known."""
    return (identity.told(text) if identity.names else WITHHELD) if text else text


def _loaded(evaluation: Evaluation, field: str, otherwise: Any) -> Any:
    """Return a loaded field, else `otherwise`: a deferred field would be fetched without the veil."""
    return otherwise if field in evaluation.get_deferred_fields() else getattr(evaluation, field)
