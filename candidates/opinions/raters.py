"""The raters of a job's applications: models and pairs, and the people who decided.

A rater's `key` is its name in URLs: "one_shot:acme/reader", the same with "@" and a revision of its weights,
or "people".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Value, When

from candidates.models import (
    Application,
    Decision,
    DecisionStatus,
    Evaluation,
    EvaluationStatus,
    Outcome,
)
from jobs.models import Job
from models_admin.models import Mode, ModelConfig
from models_admin.registry.options import Option

PEOPLE = "people"
OPTION = ("mode", "model_config", "parser")
MEANING = {  # decisions in a model's words; without any decision people are no rater
    DecisionStatus.ACCEPTED: Outcome.SHORTLISTED,
    DecisionStatus.PENDING: Outcome.NEEDS_REVIEW,
    DecisionStatus.REJECTED: Outcome.REJECTED,
}


class UnknownRater(LookupError):
    """The job's current version has no rater with this key."""


@dataclass(frozen=True, kw_only=True)
class Rater:
    """`option` is None for people. `revision` "" means all of a model's weights. `count` is applications."""

    key: str
    count: int
    option: Option | None = None
    revision: str = ""

    @property
    def whole_key(self) -> str:
        """The key of all its revisions together."""
        return self.key.removesuffix(f"@{self.revision}") if self.revision else self.key

    @property
    def label(self) -> str:
        if self.option is None:
            return "People’s decisions"
        name = f"{self.option.display_name} ({self.option.mode.label})"
        return f"{name}, revision {self.revision[:12]}" if self.revision else name

    @property
    def short(self) -> str:
        """The label of a column."""
        return self.option.display_name if self.option else "People"

    @property
    def is_people(self) -> bool:
        return self.option is None

    def outcome(self, job: Job) -> Subquery:
        """Return its outcome for the outer application, as an expression; NULL if there is none."""
        if self.is_people:
            decisions = Decision.objects.filter(application=OuterRef("pk")).order_by("-id")
            words = [When(status=status, then=Value(meant.value)) for status, meant in MEANING.items()]
            return Subquery(decisions.annotate(meant=Case(*words)).values("meant")[:1])
        return Subquery(self._newest(job).values("outcome")[:1])

    def evaluation_id(self, job: Job) -> Subquery:
        """Return the id of the evaluation with that outcome, as an expression; NULL for people."""
        return Subquery(self._newest(job).values("pk")[:1])

    def _newest(self, job: Job) -> QuerySet[Evaluation]:
        if self.option is None:
            return Evaluation.objects.none()
        mode, model_config_id, parser_id = self.option.key
        own = compared_evaluations(job).filter(
            application=OuterRef("pk"), mode=mode, model_config=model_config_id, parser=parser_id
        )
        return (own.filter(model_revision=self.revision) if self.revision else own).order_by("-pk")


def compared_evaluations(job: Job) -> QuerySet[Evaluation]:
    """Return the evaluations that count: of the job's current version, succeeded, and no repeats."""
    return Evaluation.objects.filter(
        job_version=job.current, status=EvaluationStatus.SUCCEEDED, reproduces=None
    )


def raters_of_job(job: Job, applications: QuerySet[Application]) -> list[Rater]:
    """Return the raters of `applications`, which belong to `job`, busiest first: four queries.

    A model that used several revisions of its weights is listed as a whole and once per revision.
    """
    found = compared_evaluations(job).filter(application__in=applications).order_by()
    models = ModelConfig.objects.in_bulk()
    count = Count("application", distinct=True)
    whole = [
        _rater(models, mode, reasoner, parser, number)
        for mode, reasoner, parser, number in found.values_list(*OPTION).annotate(count)
    ]
    parts = [
        _rater(models, mode, reasoner, parser, number, revision)
        for mode, reasoner, parser, revision, number in found.values_list(*OPTION, "model_revision").annotate(
            count
        )
    ]
    several = Counter(part.whole_key for part in parts)
    raters = whole + [part for part in parts if part.revision and several[part.whole_key] > 1]
    decided = Decision.objects.filter(application__in=applications).aggregate(n=count)["n"]
    raters += [Rater(key=PEOPLE, count=decided)] if decided else []
    return sorted(raters, key=lambda rater: (-rater.count, rater.label))


def _rater(
    models: Mapping[int, ModelConfig],
    mode: str,
    model_config_id: int,
    parser_id: int | None,
    count: int,
    revision: str = "",
) -> Rater:
    option = Option(
        mode=Mode(mode),
        model_config=models[model_config_id],
        parser=models[parser_id] if parser_id else None,
    )
    key = f"{option.mode}:{option.name}"
    return Rater(key=f"{key}@{revision}" if revision else key, count=count, option=option, revision=revision)


def rater_named(raters: Sequence[Rater], key: str) -> Rater:
    """Return the rater with `key`. Raises UnknownRater."""
    for rater in raters:
        if rater.key == key:
            return rater
    others = ", ".join(f"“{rater.key}”" for rater in raters) or "none yet"
    raise UnknownRater(f"“{key[:200]}” has rated nothing for this version of the job. Raters: {others}.")
