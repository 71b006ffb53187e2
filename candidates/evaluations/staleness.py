"""Which evaluations would be made otherwise today: computed when asked, kept nowhere.

One set of conditions serves lists, counts and words: a row is called stale exactly where it is counted.
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
    """Why an evaluation is stale, in the words that follow “since then”."""

    JOB = "the job says something else"
    PROMPT = "the prompt was changed"
    MODEL = "the model has other weights"
    DOCUMENT = "the document was read anew"


def conditions(path: str = "") -> dict[Cause, Q]:
    """The condition of each cause, for rows that reach their evaluation by `path` ("current_evaluation__").

    Two queries, for the weights that each model was last seen with.
    """
    newer = JobVersion.objects.filter(
        job=OuterRef(f"{path}job_version__job"), number__gt=OuterRef(f"{path}job_version__number")
    )
    return {
        Cause.JOB: Q(Exists(newer)),
        Cause.PROMPT: ~Q(**{f"{path}prompt_version__in": ["", prompts.VERSION]}),
        Cause.MODEL: _other_weights(path, revisions()),
        Cause.DOCUMENT: Q(**{f"{path}started_at__lt": F(f"{path}application__resume__prepared_at")}),
    }


def _other_weights(path: str, present: Mapping[int, str]) -> Q:
    """Read by weights that are not those of `present`; who they were is not known of every evaluation."""
    found = Q(pk__in=[])
    for model_config_id, revision in present.items():
        of_model = Q(**{f"{path}model_config": model_config_id})
        found |= of_model & ~Q(**{f"{path}model_revision__in": ["", revision]})
    return found


def revisions() -> dict[int, str]:
    """The revision of the weights that each model read with last, by its id; none for what has no weights.

    Every model is asked for by its number: where PostgreSQL knows only that there is some model, it goes back
    through the readings of all, and to the first of them for a model that has never read.
    """
    read = Evaluation.objects.filter(status=EvaluationStatus.SUCCEEDED)
    newest = [
        read.filter(model_config=pk).order_by("-pk").values("pk")[:1]
        for pk in ModelConfig.objects.order_by().values_list("pk", flat=True)
    ]
    rows = read.filter(pk__in=map(Subquery, newest)).exclude(model_revision="")
    return dict(rows.values_list("model_config", "model_revision"))


def any_of(path: str = "") -> Q:
    """The condition of being stale: succeeded, and for some cause it would be made otherwise today."""
    found = Q(pk__in=[])
    for condition in conditions(path).values():
        found |= condition
    return Q(**{f"{path}status": EvaluationStatus.SUCCEEDED}) & found


def annotations(path: str = "") -> dict[str, Case]:
    """`stale_job`, `stale_prompt`, … for a list: what `causes` reads the words from."""
    succeeded = Q(**{f"{path}status": EvaluationStatus.SUCCEEDED})
    return {
        _name(cause): Case(
            When(succeeded & condition, then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        for cause, condition in conditions(path).items()
    }


def words(path: str = "") -> Substr:
    """The causes in words, "" where there are none, as a column for lists that are rendered by version."""
    succeeded = Q(**{f"{path}status": EvaluationStatus.SUCCEEDED})
    said = [
        Case(When(succeeded & condition, then=Value(f", {cause}")), default=Value(""))
        for cause, condition in conditions(path).items()
    ]
    return Substr(Concat(*said, output_field=TextField()), 3)


def causes(row: object) -> Collection[Cause]:
    """Why a row that was read with `annotations` is stale; nothing where it is not."""
    return [cause for cause in Cause if getattr(row, _name(cause))]


def _name(cause: Cause) -> str:
    return f"stale_{cause.name.lower()}"
