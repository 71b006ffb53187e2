"""Set what a job hides until a person has decided, on its form and over REST."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from candidates.blind import fairness, sample
from candidates.blind.sample import Sampled
from jobs import access
from jobs.access import CHANGE_JOB
from jobs.api import REFUSALS, signed_in, visible_job
from jobs.models import Job
from models_admin.kit.pages import Request, needs, refused

OUT_OF_RANGE = "Enter a whole percentage from 0 (nobody) to 100 (everybody)."


class FairnessForm(forms.Form):
    blind = forms.BooleanField(required=False)
    sample_percent = forms.IntegerField(
        min_value=0,
        max_value=100,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), OUT_OF_RANGE),
    )


@require_POST
@needs(CHANGE_JOB)
def arrange(request: Request, job_id: int) -> HttpResponse:
    job = access.visible_job(request.user, job_id)
    form = FairnessForm(request.POST)
    if not form.is_valid():
        return refused(request, OUT_OF_RANGE, status=400)
    fairness.arrange(job, by=request.user, **form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("job-page", job.pk)


class FairnessText(serializers.Serializer[object]):
    blind = serializers.BooleanField(help_text="Hide who an applicant is until a person has decided.")
    sample_percent = serializers.IntegerField(
        min_value=0,
        max_value=100,
        help_text="Percentage of new résumés whose verdict is hidden until a decision.",
    )


class IntervalShape(serializers.Serializer[object]):
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class FairnessShape(FairnessText):
    """What a job hides, and how often people and the model agreed in its sample."""

    drawn = serializers.IntegerField(help_text="Résumés in the sample.")
    decided = serializers.IntegerField(help_text="Of these, those with a decision.")
    left_to_people = serializers.IntegerField(help_text="Of these, those with the verdict Needs Review.")
    compared = serializers.IntegerField(
        help_text="Of those decided, those with the verdict Shortlisted or Rejected."
    )
    agreement = IntervalShape(help_text="Share of these, with Wilson's 95 % interval.")
    kappa = IntervalShape(help_text="Cohen's kappa with its 95 % interval.")


class FairnessView(APIView):
    @extend_schema(operation_id="jobs_fairness", responses={200: FairnessShape, **REFUSALS})
    def get(self, request: ApiRequest, job_id: int) -> Response:
        """Return what the job hides until a person has decided, and the agreement in its sample."""
        return Response(_said(visible_job(request, job_id)))

    @extend_schema(
        operation_id="jobs_arrange", request=FairnessText, responses={200: FairnessShape, **REFUSALS}
    )
    def put(self, request: ApiRequest, job_id: int) -> Response:
        """Set what the job hides. The sample is drawn from new résumés."""
        job = visible_job(request, job_id)
        CHANGE_JOB.require(request.user)
        text = FairnessText(data=request.data)
        text.is_valid(raise_exception=True)
        fairness.arrange(job, by=signed_in(request), **text.validated_data)
        return Response(_said(job))


def _said(job: Job) -> dict[str, object]:
    found = sample.sample_of(job)
    agreed, kappa = found.matrix.agreed, found.matrix.kappa
    return {
        "blind": job.blind,
        "sample_percent": job.sample_percent,
        "drawn": found.drawn,
        "decided": found.decided,
        "left_to_people": found.left_to_people,
        "compared": agreed.of,
        "agreement": _interval(agreed.value, agreed.interval),
        "kappa": _interval(kappa.value if kappa else None, kappa.interval if kappa else None),
    }


def _interval(value: float | None, bounds: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = bounds or (None, None)
    return {"value": value, "low": low, "high": high}


def card(job: Job) -> dict[str, Sampled | None]:
    """Return the context of `candidates/blind/_agreement.html`; None if there is no sample."""
    found = sample.sample_of(job)
    return {"sampled": found if found.drawn or job.sample_percent else None}


urlpatterns = [path("jobs/<int:job_id>/fairness", FairnessView.as_view(), name="api-fairness")]
