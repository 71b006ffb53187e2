"""`POST /api/jobs/{id}/decisions`: the same decision on many applications."""

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from candidates.access import DECIDE
from candidates.deciding import bulk
from candidates.models import Application, DecisionStatus, reasons
from jobs.api import signed_in, visible_job
from jobs.serializers import SafeText
from models_admin.kit.shapes import Detail

MOST_IDS = 1_000


class ManyDecisions(serializers.Serializer[object]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62), min_length=1, max_length=MOST_IDS
    )
    final_status = serializers.ChoiceField(DecisionStatus.values)
    reason = serializers.ChoiceField(reasons.KEYS, required=False, allow_blank=True, default="")
    note = SafeText(max_length=2000, required=False, allow_blank=True, default="")


class DecidedShape(serializers.Serializer[object]):
    decided = serializers.IntegerField()
    unchanged = serializers.IntegerField(help_text="Had this status already, or are not of this job.")


class DecisionsView(APIView):
    @extend_schema(
        operation_id="jobs_decide",
        request=ManyDecisions,
        responses={200: DecidedShape, **dict.fromkeys((400, 401, 403, 404), Detail)},
    )
    def post(self, request: Request, id: int) -> Response:
        """Decide on the applications `ids` of the job `id`; those that have this status stay unchanged."""
        job = visible_job(request, id)
        DECIDE.require(request.user)
        body = ManyDecisions(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        rows = Application.objects.filter(job=job, pk__in=wanted["ids"])
        try:
            decided = bulk.decide(
                rows,
                status=wanted["final_status"],
                user=signed_in(request),
                reason=wanted["reason"],
                note=wanted["note"],
            )
        except reasons.WrongReason as wrong:
            raise ValidationError({"reason": str(wrong)}) from wrong
        return Response({"decided": decided, "unchanged": len(set(wanted["ids"])) - decided})


urlpatterns = [path("jobs/<int:id>/decisions", DecisionsView.as_view(), name="api-decide-many")]
