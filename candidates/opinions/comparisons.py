"""Compare two raters of the same applications: how often they agree, and where not, gravest first.

Only applications that both have rated count, by each rater's newest evaluation of the current version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, Count, F, IntegerField, Q, Value, When

from candidates.agreement import Matrix
from candidates.blind import veil
from candidates.evaluations.findings import Finding, findings_of
from candidates.models import Application, ApplicationQuerySet, Decision, Evaluation, Outcome
from candidates.opinions.raters import Rater
from jobs.models import Job
from models_admin.kit import ids

PAGE_ROWS = 20
HEATS = 4
OUTCOMES = tuple(outcome.value for outcome in Outcome)
MILD = 1
SEVERITY = {  # how much a difference matters to the person, 4 = most
    frozenset({Outcome.SHORTLISTED, Outcome.REJECTED}): 4,
    frozenset({Outcome.SHORTLISTED, Outcome.INVALID}): 3,
    frozenset({Outcome.NEEDS_REVIEW, Outcome.INVALID}): 2,
    frozenset({Outcome.NEEDS_REVIEW, Outcome.REJECTED}): 2,
    frozenset({Outcome.SHORTLISTED, Outcome.NEEDS_REVIEW}): 2,
    frozenset({Outcome.REJECTED, Outcome.INVALID}): MILD,
}
SEVERITY_WORDS = {4: "opposite verdicts", 3: "opposite verdicts", 2: "one step apart", MILD: "hardly apart"}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one rater said of one application, in `evaluation` or `decision`."""

    outcome: str
    evaluation: Evaluation | None
    decision: Decision | None

    @property
    def reason(self) -> str:
        if self.evaluation is not None:
            return self.evaluation.reason
        return self.decision.note if self.decision is not None else ""


@dataclass(frozen=True, kw_only=True)
class CriterionPair:
    """A criterion on which two evaluations differ; None if one does not mention it."""

    label: str
    first: Finding | None
    second: Finding | None


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """An application with what each of the two said of it, side by side."""

    application: Application
    first: Said
    second: Said
    severity: int
    criteria: tuple[CriterionPair, ...]

    @property
    def words(self) -> str:
        return SEVERITY_WORDS[self.severity]

    @property
    def place(self) -> str:
        """Its key for keyset pagination: `after=…` asks for what follows it."""
        return f"{self.severity}-{self.application.pk}"


def comparable(job: Job, user: User) -> ApplicationQuerySet:
    """Return the applications of `job` that `user` may see and whose verdict is not hidden."""
    return Application.objects.visible_to(user).filter(job=job).unsealed()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What `first` and `second` said about `applications`, all of `job`."""

    job: Job
    applications: ApplicationQuerySet
    first: Rater
    second: Rater

    def both(self) -> Any:
        """Return the applications that both have rated, annotated with `first_says` and `second_says`."""
        said = {
            "first_says": self.first.outcome(self.job),
            "second_says": self.second.outcome(self.job),
        }
        rows: Any = self.applications.annotate(**said).order_by()  # no type checker knows annotations
        return rows.filter(first_says__isnull=False, second_says__isnull=False)

    def matrix(self) -> Matrix:
        """Count each pair of outcomes: one query."""
        rows = self.both().values_list("first_says", "second_says").annotate(Count("pk"))
        counts = {(first, second): count for first, second, count in rows}
        return Matrix(
            categories=OUTCOMES,
            counts=tuple(tuple(counts.get((one, other), 0) for other in OUTCOMES) for one in OUTCOMES),
        )


@dataclass(frozen=True, kw_only=True)
class Cell:
    """How often the raters said this pair of outcomes; `heat` is 0 (never) to 4 (often)."""

    first: str
    second: str
    count: int
    percent: float
    heat: int

    @property
    def is_agreement(self) -> bool:
        return self.first == self.second

    @property
    def name(self) -> str:
        """Its name in URLs."""
        return f"{self.first}:{self.second}"


def grid(matrix: Matrix) -> list[list[Cell]]:
    """Return the cells of `matrix`, one list per outcome of the first."""
    most = max((count for row in matrix.counts for count in row), default=0)
    return [
        [
            Cell(
                first=first,
                second=second,
                count=count,
                percent=100 * count / matrix.total if matrix.total else 0.0,
                heat=ceil(HEATS * count / most) if most else 0,
            )
            for second, count in zip(matrix.categories, row, strict=True)
        ]
        for first, row in zip(matrix.categories, matrix.counts, strict=True)
    ]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A part of the list of differences, as in a URL: `cell=Shortlisted:Rejected&after=4-12`.

    `cell` is what the first and the second said, which may be the same. `after` is the place of the last
    difference seen.
    """

    cell: tuple[str, str] | None = None
    after: tuple[int, int] | None = None

    @classmethod
    def from_query(cls, cell: str, after: str) -> "Wanted":
        """Parse a query string; ignore what is malformed."""
        first, _, second = cell.partition(":")
        severity, _, pk = after.partition("-")
        numbers = ids.is_id(severity) and ids.is_id(pk)
        return cls(
            cell=(first, second) if {first, second} <= set(OUTCOMES) else None,
            after=(int(severity), int(pk)) if numbers else None,
        )


def disagreements(comparison: Comparison, wanted: Wanted, limit: int = PAGE_ROWS) -> list[Disagreement]:
    """Return at most `limit` applications, gravest differences first, then newest: four queries."""
    rows = comparison.both().annotate(
        severity=_severity(),
        first_id=comparison.first.evaluation_id(comparison.job),
        second_id=comparison.second.evaluation_id(comparison.job),
    )
    if wanted.cell:
        rows = rows.filter(first_says=wanted.cell[0], second_says=wanted.cell[1])
    else:
        rows = rows.exclude(first_says=F("second_says"))
    if wanted.after:
        severity, pk = wanted.after
        rows = rows.filter(Q(severity__lt=severity) | Q(severity=severity, pk__lt=pk))
    needed = rows.select_related("candidate", "resume").defer("resume__pages").with_decision().with_veil()
    found = list(needed.order_by("-severity", "-pk")[:limit])
    return list(_disagreements(comparison, found))


def _severity() -> Case:
    """Return `SEVERITY` of `first_says` and `second_says` as an expression; 0 if they agree."""
    cases = [
        When(
            Q(first_says=one, second_says=other) | Q(first_says=other, second_says=one), then=Value(severity)
        )
        for (one, other), severity in ((tuple(pair), severity) for pair, severity in SEVERITY.items())
    ]
    return Case(*cases, default=Value(0), output_field=IntegerField())


def _disagreements(comparison: Comparison, rows: Sequence[Any]) -> Iterator[Disagreement]:
    ids = [pk for row in rows for pk in (row.first_id, row.second_id) if pk is not None]
    described = Evaluation.objects.select_related("model_config", "job_version")
    evaluations = described.prefetch_related("job_version__criteria").in_bulk(ids)
    decisions: dict[int, Decision] = {}
    if comparison.first.is_people or comparison.second.is_people:
        of_rows = Decision.objects.filter(application__in=rows).select_related("decided_by")
        decisions = {decision.application_id: decision for decision in of_rows.order_by("id")}
    for row in rows:
        first, second = evaluations.get(row.first_id), evaluations.get(row.second_id)
        decision = decisions.get(row.pk)
        veil.cover(row, [evaluation for evaluation in (first, second) if evaluation])
        veil.hide(row)
        yield Disagreement(
            application=row,
            first=Said(outcome=row.first_says, evaluation=first, decision=None if first else decision),
            second=Said(outcome=row.second_says, evaluation=second, decision=None if second else decision),
            severity=row.severity,
            criteria=tuple(differing(findings_of(first), findings_of(second))) if first and second else (),
        )


def differing(first: Sequence[Finding], second: Sequence[Finding]) -> Iterator[CriterionPair]:
    """Yield the criteria with different verdicts, in the order of `first`.

    They are paired by their text, since each version of a job numbers its keys anew.
    """
    one = {finding.text.casefold(): finding for finding in first}
    other = {finding.text.casefold(): finding for finding in second}
    for text in dict.fromkeys([*one, *other]):
        pair = one.get(text), other.get(text)
        if len({finding and finding.verdict for finding in pair}) > 1:
            label = next(finding.text for finding in pair if finding)
            yield CriterionPair(label=label, first=pair[0], second=pair[1])
