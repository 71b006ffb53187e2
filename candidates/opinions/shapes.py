"""REST shapes of evaluations with their provenance, of screenings and of comparisons."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from candidates.evaluations import findings
from candidates.evaluations.answers import Met
from candidates.evaluations.shapes import FindingShape
from candidates.models import Evaluation, EvaluationStatus
from candidates.opinions import reproductions
from candidates.opinions.comparisons import OUTCOMES, Comparison, Disagreement, Said
from candidates.opinions.differences import Difference
from candidates.opinions.raters import Rater
from candidates.opinions.repeats import Repeat, Repeated
from candidates.opinions.screening_progress import Progress
from jobs.serializers import SafeText
from models_admin.models import Mode
from models_admin.registry.options import TEXT_LAYER

MOST_NAMED = 1000  # applications in one request


class EvaluationShape(serializers.ModelSerializer[Evaluation]):
    """One evaluation with its provenance."""

    status = serializers.ChoiceField(EvaluationStatus.values)
    inference_mode = serializers.CharField(source="mode")
    model = serializers.CharField(source="model_config.name", default=None, allow_null=True)
    parser = serializers.SerializerMethodField(
        help_text="The text layer, or a model's name; null in One-Shot."
    )
    job_version = serializers.IntegerField(source="job_version.number")
    reproduces = serializers.IntegerField(source="reproduces_id", allow_null=True)
    screening = serializers.IntegerField(source="screening_id", allow_null=True)
    criteria = serializers.SerializerMethodField()
    sampling = serializers.DictField()
    page_hashes = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Evaluation
        fields = [
            "id",
            "application_id",
            "job_version",
            "status",
            "inference_mode",
            "model",
            "parser",
            "pinned",
            "reproduces",
            "screening",
            "outcome",
            "reason",
            "criteria",
            "error",
            "model_revision",
            "engine_version",
            "runs_as",
            "sampling",
            "prompt_version",
            "prompt_hash",
            "page_hashes",
            "wrong",
            "raw",
            "thinking",
            "prompt_tokens",
            "generated_tokens",
            "seconds",
            "created_at",
            "started_at",
            "ended_at",
        ]
        read_only_fields = fields

    @extend_schema_field(FindingShape(many=True))
    def get_criteria(self, row: Evaluation) -> object:
        return FindingShape(findings.findings_of(row), many=True).data  # type: ignore[arg-type]  # many

    def get_parser(self, row: Evaluation) -> str | None:
        if row.mode != Mode.HYBRID:
            return None
        return row.parser.name if row.parser else TEXT_LAYER


class NewScreening(serializers.Serializer[object]):
    """Without a model all stale verdicts are brought up to date, each by the model it came from."""

    model_name = SafeText(
        max_length=400, required=False, help_text='As for a swap; a pair is "parser + model".'
    )
    inference_mode = serializers.ChoiceField(Mode.values, required=False)
    stale = serializers.BooleanField(default=False, help_text="Only stale verdicts.")
    application_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62),
        required=False,
        max_length=MOST_NAMED,
        help_text="Only these of the job's applications.",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if ("model_name" in data) != ("inference_mode" in data):
            raise serializers.ValidationError("Send model_name and inference_mode together.")
        if "model_name" not in data and not data["stale"]:
            raise serializers.ValidationError("Send model_name and inference_mode, or stale=true.")
        if "model_name" not in data and "application_ids" in data:
            raise serializers.ValidationError("Name a model for these applications.")
        return data


class ScreeningShape(serializers.Serializer[Progress]):
    id = serializers.IntegerField(source="screening.pk")
    job_id = serializers.IntegerField(source="screening.job_id")
    inference_mode = serializers.CharField(source="screening.mode", allow_blank=True)
    model = serializers.CharField(source="option.name", default=None, allow_null=True)
    asked_by = serializers.CharField(source="screening.asked_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField(source="screening.created_at")
    total = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Queued; can still be cancelled.")
    running = serializers.IntegerField()
    read = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    is_open = serializers.BooleanField()


class AskedShape(serializers.Serializer[object]):
    made = serializers.IntegerField(help_text="Evaluations that were queued now.")
    waiting = serializers.IntegerField(help_text="Were queued already.")
    fresh = serializers.IntegerField(help_text="Have an up-to-date verdict.")
    screening = ScreeningShape(allow_null=True)


class Times(serializers.Serializer[object]):
    times = serializers.IntegerField(default=1, min_value=1, max_value=reproductions.MOST_AT_ONCE)


class LineShape(serializers.Serializer[object]):
    kind = serializers.ChoiceField(["same", "before", "after"])
    text = serializers.CharField(allow_blank=True)


class PartShape(serializers.Serializer[object]):
    name = serializers.CharField()
    lines = LineShape(many=True)


class DifferenceShape(serializers.Serializer[Difference]):
    is_identical = serializers.BooleanField()
    words = serializers.CharField(source="__str__")
    circumstances = serializers.ListField(child=serializers.CharField())
    parts = PartShape(many=True)


class RepeatShape(serializers.Serializer[Repeat]):
    evaluation = EvaluationShape()
    difference = DifferenceShape(
        allow_null=True, help_text="From the original; null until the repeat has ended."
    )


class StabilityShape(serializers.Serializer[object]):
    same = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    open = serializers.IntegerField()
    is_stable = serializers.BooleanField()


class RepeatedShape(serializers.Serializer[Repeated]):
    evaluation_id = serializers.IntegerField(source="original.pk")
    obstacle = serializers.CharField(allow_blank=True, help_text="Why it cannot be repeated now.")
    stability = StabilityShape(allow_null=True)
    repeats = RepeatShape(many=True)


class RaterShape(serializers.Serializer[Rater]):
    key = serializers.CharField(help_text="What `a` and `b` of a comparison take.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    count = serializers.IntegerField(help_text="Applications that it has rated.")
    revision = serializers.CharField(allow_blank=True)


class ComparisonQuery(serializers.Serializer[object]):
    a = serializers.CharField(required=False, help_text="The key of a rater; default: the busiest.")
    b = serializers.CharField(required=False)
    cell = serializers.CharField(required=False, help_text='Only these outcomes: "Shortlisted:Rejected".')
    after = serializers.CharField(required=False, help_text="The `after` of the previous page.")
    limit = serializers.IntegerField(default=20, min_value=1, max_value=200)


class SaidShape(serializers.Serializer[Said]):
    outcome = serializers.ChoiceField(OUTCOMES)
    reason = serializers.CharField(allow_blank=True)
    evaluation_id = serializers.IntegerField(source="evaluation.pk", default=None, allow_null=True)
    decision = serializers.CharField(source="decision.status", default=None, allow_null=True)


MET = [verdict.value for verdict in Met]


class JudgedShape(serializers.Serializer[object]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    first = serializers.ChoiceField(MET, source="first.verdict", default=None, allow_null=True)
    second = serializers.ChoiceField(MET, source="second.verdict", default=None, allow_null=True)


class DisagreementShape(serializers.Serializer[Disagreement]):
    application_id = serializers.IntegerField(source="application.pk")
    severity = serializers.IntegerField(help_text="0 (the same) to 4 (shortlisted against rejected).")
    final_status = serializers.CharField(source="application.decision")
    first = SaidShape()
    second = SaidShape()
    criteria = JudgedShape(many=True, help_text="Criteria with different verdicts.")


class KappaShape(serializers.Serializer[object]):
    value = serializers.FloatField()
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True, help_text="95 %.")
    words = serializers.CharField()


class AgreedShape(serializers.Serializer[object]):
    count = serializers.IntegerField()
    of = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True)
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 %, Wilson."
    )


class ComparisonShape(serializers.Serializer[Comparison]):
    first = RaterShape()
    second = RaterShape()
    outcomes = serializers.ListField(child=serializers.CharField(), help_text="Of rows and columns.")
    matrix = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="matrix[i][j]: the first said outcome i, the second outcome j.",
    )
    agreed = AgreedShape()
    kappa = KappaShape(allow_null=True, help_text="Null if it is not defined.")
    disagreements = DisagreementShape(many=True)
    after = serializers.CharField(allow_null=True, help_text="Starts the next page; null on the last page.")
