"""The evaluations of an application with the repeats of each, which show how stable a verdict is."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from candidates.blind import veil
from candidates.models import Application, Evaluation, EvaluationStatus
from candidates.opinions import differences, reproductions
from candidates.opinions.differences import Difference
from candidates.opinions.reproductions import Stability

READ_OR_REPEATED = [status for status in EvaluationStatus if status != EvaluationStatus.CANCELLED]


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """One repeat; `difference` from the original is None until it has succeeded."""

    evaluation: Evaluation
    difference: Difference | None


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """An evaluation and its repeats, newest first; `obstacle` is why it cannot be repeated now, or ""."""

    original: Evaluation
    repeats: tuple[Repeat, ...]
    obstacle: str

    @property
    def stability(self) -> Stability | None:
        return reproductions.stability(self.original, [repeat.evaluation for repeat in self.repeats])

    @property
    def version(self) -> str:
        said = [f"{repeat.evaluation.pk}:{repeat.evaluation.status}" for repeat in self.repeats]
        return ",".join([f"{self.original.pk}:{self.obstacle}", *said])


def repeats_of(original: Evaluation) -> Repeated:
    """Return an evaluation with its repeats; without them while they are hidden."""
    if _is_covered(original.application_id):
        veil.cover_evaluations([original])
        return _repeated(original, [])
    repeats = original.reproductions.select_related("model_config", "parser", "job_version").order_by("-pk")
    return _repeated(original, list(repeats.prefetch_related("job_version__criteria")))


def repeats_of_application(application_id: int) -> list[Repeated]:
    """Return all succeeded evaluations of the application, newest first; none while they are hidden."""
    if _is_covered(application_id):  # the raw answers would tell
        return []
    rows = Evaluation.objects.filter(application=application_id, status__in=READ_OR_REPEATED)
    by_original: dict[int, list[Evaluation]] = defaultdict(list)
    originals = []
    for row in rows.select_related("model_config", "parser").order_by("-pk"):
        if row.reproduces_id is not None:
            by_original[row.reproduces_id].append(row)
        elif row.status == EvaluationStatus.SUCCEEDED:
            originals.append(row)
    return [_repeated(original, by_original[original.pk]) for original in originals]


def _is_covered(application_id: int) -> bool:
    covered = Application.objects.with_veil().filter(Q(blind=True) | Q(sealed=True), pk=application_id)
    return covered.exists()


def digest(shown: Sequence[Repeated]) -> str:
    """Return a version of all of `shown`."""
    text = ";".join(repeated.version for repeated in shown)
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


def _repeated(original: Evaluation, rows: Sequence[Evaluation]) -> Repeated:
    return Repeated(
        original=original,
        repeats=tuple(
            Repeat(
                evaluation=row,
                difference=differences.difference_between(original, row)
                if row.status == EvaluationStatus.SUCCEEDED
                else None,
            )
            for row in rows
        ),
        obstacle=reproductions.obstacle(original, rows),
    )
