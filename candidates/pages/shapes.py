"""REST shapes of applications and decisions."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from candidates.evaluations import findings
from candidates.evaluations.shapes import FindingShape
from candidates.models import (
    Application,
    Decision,
    DecisionOrder,
    DecisionStatus,
    Evaluation,
    OutcomeOrder,
    reasons,
)
from candidates.table import NEWEST_FIRST, SORTS, Listing
from candidates.table.address import LONGEST_SEARCH
from jobs.serializers import SafeText
from models_admin.models import Mode


class ApplicationShape(serializers.Serializer[Application]):
    """One application with its newest verdict and decision."""

    id = serializers.IntegerField()
    job_id = serializers.IntegerField()
    candidate_id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(source="candidate.name", default="")
    email = serializers.CharField(source="candidate.email", default="")
    phone = serializers.CharField(source="candidate.phone", default="")
    outcome = serializers.SerializerMethodField(help_text="The model's verdict; empty until there is one.")
    status = serializers.SerializerMethodField(help_text="The same as outcome, kept for older clients.")
    reason = serializers.SerializerMethodField()
    criteria = serializers.SerializerMethodField()
    final_status = serializers.CharField(source="decision", help_text="Pending, Accepted or Rejected.")
    evaluation_status = serializers.SerializerMethodField()
    inference_mode = serializers.SerializerMethodField()
    model = serializers.SerializerMethodField()
    file_name = serializers.CharField()
    file_url = serializers.SerializerMethodField(help_text="Address of the document.")
    versions = serializers.IntegerField(help_text="Number of résumés of this person for this job.")
    newest = serializers.BooleanField(help_text="Whether this is the newest of them.")
    integrity = serializers.ListField(
        child=serializers.CharField(),
        source="resume.integrity",
        help_text="What to check before trusting the text: hidden words, text that speaks to the model.",
    )
    blind = serializers.BooleanField(help_text="The person is hidden until somebody decides.")
    sealed = serializers.BooleanField(help_text="The model's verdict is hidden until somebody decides.")
    stale = serializers.CharField(
        allow_blank=True, help_text="What has changed since the verdict; empty if it is up to date."
    )
    created_at = serializers.DateTimeField()

    def get_outcome(self, row: Application) -> str:
        return self._evaluation_text(row, "outcome")

    get_status = get_outcome

    def get_reason(self, row: Application) -> str:
        return self._evaluation_text(row, "reason") or self._evaluation_text(row, "error")

    @extend_schema_field(FindingShape(many=True))
    def get_criteria(self, row: Application) -> object:
        found = findings.findings_of(row.current_evaluation) if row.current_evaluation else []
        return FindingShape(found, many=True).data  # type: ignore[arg-type]  # many

    def get_evaluation_status(self, row: Application) -> str:
        return self._evaluation_text(row, "status")

    def get_inference_mode(self, row: Application) -> str:
        return self._evaluation_text(row, "mode")

    def get_model(self, row: Application) -> str | None:
        evaluation: Evaluation | None = row.current_evaluation
        return evaluation.model_config.name if evaluation and evaluation.model_config else None

    def get_file_url(self, row: Application) -> str:
        return reverse("api-file", args=[row.pk])

    @staticmethod
    def _evaluation_text(row: Application, field: str) -> str:
        return str(getattr(row.current_evaluation, field)) if row.current_evaluation else ""


class ApplicationsShape(serializers.Serializer[object]):
    applications = ApplicationShape(many=True)
    total = serializers.IntegerField(help_text="Number of all matches, regardless of skip and limit.")
    skip = serializers.IntegerField()
    limit = serializers.IntegerField()


class ListingQuery(serializers.Serializer[object]):
    include_invalid = serializers.BooleanField(default=False)
    skip = serializers.IntegerField(default=0, min_value=0, max_value=10**9)
    limit = serializers.IntegerField(default=100, min_value=1, max_value=500)
    q = SafeText(
        required=False,
        max_length=LONGEST_SEARCH,
        help_text="Search in name, e-mail, reason and résumé; each word must be the beginning of one there.",
    )
    outcome = serializers.ChoiceField(OutcomeOrder.labels, required=False)
    decision = serializers.ChoiceField(DecisionOrder.labels, required=False)
    model = SafeText(required=False, max_length=200, help_text="Name of a model in the registry.")
    mode = serializers.ChoiceField(Mode.choices, required=False)
    flagged = serializers.BooleanField(default=False, help_text="Only documents with integrity flags.")
    stale = serializers.BooleanField(default=False, help_text="Only verdicts that are out of date.")
    since = serializers.DateField(required=False, help_text="Received on this day (UTC) or later.")
    until = serializers.DateField(required=False, help_text="Received on this day (UTC) or earlier.")
    newest_only = serializers.BooleanField(
        default=False, help_text="Leave out résumés that the same person replaced by a newer one."
    )
    sort = serializers.ChoiceField(list(SORTS), default=NEWEST_FIRST.key)

    def listing(self, job_id: int) -> Listing:
        """Return the listing that the query asks for. It has earlier versions unless `newest_only`."""
        said = self.validated_data
        outcomes = {order.label: order for order in OutcomeOrder}
        decisions = {order.label: order for order in DecisionOrder}
        return Listing(
            job_id=job_id,
            q=said.get("q", ""),
            outcome=outcomes.get(said.get("outcome", "")),
            decision=decisions.get(said.get("decision", "")),
            model=said.get("model", ""),
            mode=Mode(said["mode"]) if "mode" in said else None,
            flagged=said["flagged"],
            stale=said["stale"],
            since=said.get("since"),
            until=said.get("until"),
            invalid=said["include_invalid"],
            earlier=not said["newest_only"],
            sort=SORTS[said["sort"]],
        )


class DecisionText(serializers.Serializer[object]):
    final_status = serializers.ChoiceField(DecisionStatus.values)
    reason = serializers.ChoiceField(
        reasons.KEYS, required=False, allow_blank=True, default="", help_text="“other” needs a note."
    )
    note = SafeText(max_length=2000, required=False, allow_blank=True, default="")
    seen = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="Id of the newest decision that you know of, 0 = none. A later one is noted as overtaken.",
    )

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            reasons.check(said["final_status"], said["reason"], said["note"])
        except reasons.WrongReason as wrong:
            raise serializers.ValidationError({"reason": str(wrong)}) from wrong
        return said


class DecisionShape(serializers.Serializer[Decision]):
    """One decision on an application."""

    id = serializers.IntegerField()
    final_status = serializers.CharField(source="status", help_text="Pending, Accepted or Rejected.")
    reason = serializers.CharField(help_text="A key; empty if none was given.")
    reason_words = serializers.CharField(source="why")
    note = serializers.CharField()
    decided_by = serializers.CharField(source="decided_by.username", default="")
    decided_at = serializers.DateTimeField()
    overtook_id = serializers.IntegerField(
        allow_null=True, help_text="Another person's decision that was not seen when this one was made."
    )
