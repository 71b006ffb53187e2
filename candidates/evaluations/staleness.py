"""Stale evaluations, which would be made differently today: computed on demand, never stored.

Lists, counts and texts use the same conditions, so what is called stale is what is counted.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Concat, Substr

from candidates.evaluations import prompts
from candidates.models import Evaluation, EvaluationStatus
from jobs.models import JobVersion
from models_admin.models import ModelConfig


class Cause(StrEnum):
    """Why an evaluation is stale, as the end of a sentence that begins with “since then”."""

    JOB = "the job says something else"
    PROMPT = "the prompt was changed"
    MODEL = "the model has other weights"
    RULES = "the keyword rules were changed"
    DOCUMENT = "the document was opened again"


def conditions(path: str = "") -> dict[Cause, Q]:
    """Return the condition of each cause, for rows with the evaluation at `path` ("current_evaluation__").

    It makes two queries, for the weights and rules that each model last used.
    """
    weights, rules = last_seen()
    newer = JobVersion.objects.filter(
        job=OuterRef(f"{path}job_version__job"), number__gt=OuterRef(f"{path}job_version__number")
    )
    return {
        Cause.JOB: Q(Exists(newer)),
        Cause.PROMPT: ~Q(**{f"{path}prompt_version__in": ["", prompts.VERSION]}),
        Cause.MODEL: _made_otherwise(path, "model_revision", weights),
        Cause.RULES: _made_otherwise(path, "engine_version", rules),
        Cause.DOCUMENT: Q(**{f"{path}started_at__lt": F(f"{path}application__resume__prepared_at")}),
    }


def _made_otherwise(path: str, field: str, present: Mapping[int, str]) -> Q:
    """Match evaluations whose `field` differs from `present`, by model; an empty field is unknown."""
    found = Q(pk__in=[])
    for model_config_id, value in present.items():
        of_model = Q(**{f"{path}model_config": model_config_id})
        found |= of_model & ~Q(**{f"{path}{field}__in": ["", value]})
    return found


def last_seen() -> tuple[dict[int, str], dict[int, str]]:
    """Return the weights, and the rules, that each model last used, by model id.

    A model has a revision of its weights or a version of its rules, never both. Each model has a subquery
    with its id. Else PostgreSQL walks back through the evaluations of all models, to the very first one for
    a model that has none.
    """
    read = Evaluation.objects.filter(status=EvaluationStatus.SUCCEEDED)
    providers = dict(ModelConfig.objects.order_by().values_list("pk", "provider"))
    newest = [read.filter(model_config=pk).order_by("-pk").values("pk")[:1] for pk in providers]
    seen = read.filter(pk__in=map(Subquery, newest))
    rows = list(seen.values_list("model_config", "model_revision", "engine_version"))
    weights = {pk: revision for pk, revision, _ in rows if revision}
    rules = {
        pk: version for pk, _, version in rows if version and providers[pk] == ModelConfig.Provider.RULES
    }
    return weights, rules


def any_of(path: str = "") -> Q:
    """Return the condition of being stale: succeeded, and some cause applies."""
    found = Q(pk__in=[])
    for condition in conditions(path).values():
        found |= condition
    return Q(**{f"{path}status": EvaluationStatus.SUCCEEDED}) & found


def annotations(path: str = "") -> dict[str, Case]:
    """Return the annotations `stale_job`, `stale_prompt`, … that `causes` reads."""
    succeeded = Q(**{f"{path}status": EvaluationStatus.SUCCEEDED})
    return {
        _name(cause): Case(
            When(succeeded & condition, then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        for cause, condition in conditions(path).items()
    }


def words(path: str = "") -> Substr:
    """Return the causes as text, "" if there are none: a column for lists that are cached by version."""
    succeeded = Q(**{f"{path}status": EvaluationStatus.SUCCEEDED})
    said = [
        Case(When(succeeded & condition, then=Value(f", {cause}")), default=Value(""))
        for cause, condition in conditions(path).items()
    ]
    return Substr(Concat(*said, output_field=TextField()), 3)


def causes(row: object) -> Collection[Cause]:
    """Return why a row that was read with `annotations` is stale; nothing if it is not."""
    return [cause for cause in Cause if getattr(row, _name(cause))]


def _name(cause: Cause) -> str:
    return f"stale_{cause.name.lower()}"
