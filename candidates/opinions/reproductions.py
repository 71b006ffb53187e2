"""Repeat an evaluation with the same inputs: does the model say the same?

A repeat is pinned, runs alone and has the sampling of the original. No application shows it as its
verdict, and no uploaded file waits for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from candidates.evaluations import claims
from candidates.models import OPEN_STATUSES, Evaluation, EvaluationStatus, changes
from models_admin.kit import audit

REPEATS = 5  # for the badge
MOST_AT_ONCE = 20


class NotReproducible(Exception):
    """The evaluation cannot be repeated now; the text says why."""


def reproduce(evaluation: Evaluation, user: User, times: int = 1) -> list[Evaluation]:
    """Queue `times` repeats of `evaluation`. Raises NotReproducible."""
    with transaction.atomic():
        original = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
        if why := obstacle(original, original.reproductions.all()):
            raise NotReproducible(why)
        made = Evaluation.objects.bulk_create([_repeat(original) for _ in range(times)])
        audit.record("evaluation.reproduce", original, user, times=times)
        changes.applications_changed({original.application_id: original.application.job_id})
        claims.nudge_workers(original.application.job_id)
    return made


def obstacle(original: Evaluation, repeats: Iterable[Evaluation]) -> str:
    """Return why `original`, which has these `repeats`, cannot be repeated now; "" if it can."""
    if original.reproduces_id is not None:
        return "This is a repeat itself. Repeat the original evaluation."
    if original.status != EvaluationStatus.SUCCEEDED or original.model_config is None:
        return "Only an evaluation that has succeeded can be repeated."
    for row in (original.model_config, original.parser):
        if row is not None and not row.enabled:
            return f"{row.display_name} is disabled. Enable it in the admin first."
    if any(repeat.status in OPEN_STATUSES for repeat in repeats):
        return "It is already being repeated."
    return ""


def _repeat(original: Evaluation) -> Evaluation:
    return Evaluation(
        reproduces=original,
        application_id=original.application_id,
        job_version_id=original.job_version_id,
        pinned=True,
        alone=True,
        mode=original.mode,
        model_config_id=original.model_config_id,
        parser_id=original.parser_id,
        sampling=original.sampling,
        error=original.wrong,  # what a model is told about an earlier answer is part of its prompt
    )


@dataclass(frozen=True, kw_only=True)
class Stability:
    """How the repeats of one evaluation ended. `same` of `done` had its outcome."""

    same: int
    done: int
    failed: int
    open: int

    @property
    def is_stable(self) -> bool:
        return self.same == self.done and not self.failed

    def __str__(self) -> str:
        said = [f"{self.same} of {self.done} the same outcome"] if self.done else []
        said += [f"{self.failed} failed"] if self.failed else []
        said += [f"{self.open} still to come"] if self.open else []
        return ", ".join(said)


def stability(original: Evaluation, repeats: Iterable[Evaluation]) -> Stability | None:
    """Return the stability of `original` by its `repeats`; None if there are none."""
    repeats = list(repeats)
    if not repeats:
        return None
    done = [repeat for repeat in repeats if repeat.status == EvaluationStatus.SUCCEEDED]
    still = sum(repeat.status in OPEN_STATUSES for repeat in repeats)
    return Stability(
        same=sum(repeat.outcome == original.outcome for repeat in done),
        done=len(done),
        failed=len(repeats) - len(done) - still,
        open=still,
    )
