"""Evaluations over REST: their provenance, screening again, repeating, comparing."""

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from candidates.access import SCREEN, SEE_HIDDEN, Conflict
from candidates.blind import veil
from candidates.models import Application, Evaluation, Screening
from candidates.opinions import comparisons, raters, repeats, reproductions, screening_progress, screenings
from candidates.opinions.comparison_page import SameRater, chosen
from candidates.opinions.comparisons import Comparison, Wanted
from candidates.opinions.raters import UnknownRater
from candidates.opinions.reproductions import NotReproducible
from candidates.opinions.scopes import Scope, Which
from candidates.opinions.screenings import Asked
from candidates.opinions.shapes import (
    AskedShape,
    ComparisonQuery,
    ComparisonShape,
    EvaluationShape,
    NewScreening,
    RaterShape,
    RepeatedShape,
    ScreeningShape,
    Times,
)
from jobs.access import visible_or_404
from jobs.api import signed_in, visible_job
from jobs.models import Job
from models_admin.kit.shapes import Detail
from models_admin.swaps import wishes
from models_admin.swaps.wishes import WishRefused

REFUSALS = dict.fromkeys((400, 401, 403, 404), Detail)
NEWEST = 50  # screenings in a list


class Refused(APIException):
    """The model cannot be asked; status and sentence are those of the refused wish."""

    def __init__(self, refusal: WishRefused) -> None:
        super().__init__(str(refusal))
        self.status_code = refusal.status_code


class EvaluationsView(APIView):
    @extend_schema(operation_id="evaluations_list", responses={200: EvaluationShape(many=True), **REFUSALS})
    def get(self, request: Request, application_id: int) -> Response:
        """List all evaluations of an application with their provenance, newest first."""
        application = visible_or_404(Application.objects.all(), request.user, application_id)
        rows = _evaluations().filter(application=application)
        return Response(EvaluationShape(_covered(request, list(rows.order_by("-pk"))), many=True).data)


class EvaluationView(APIView):
    @extend_schema(operation_id="evaluations_read", responses={200: EvaluationShape, **REFUSALS})
    def get(self, request: Request, evaluation_id: int) -> Response:
        """Return one evaluation with its provenance."""
        [evaluation] = _covered(request, [_visible_evaluation(request, evaluation_id)])
        return Response(EvaluationShape(evaluation).data)


class ReproductionsView(APIView):
    @extend_schema(operation_id="reproductions_list", responses={200: RepeatedShape, **REFUSALS})
    def get(self, request: Request, evaluation_id: int) -> Response:
        """Return the repeats of an evaluation: identical or different, and how stable its outcome is."""
        return Response(RepeatedShape(repeats.repeats_of(_visible_evaluation(request, evaluation_id))).data)

    @extend_schema(
        operation_id="reproductions_ask",
        request=Times,
        responses={202: RepeatedShape, 409: Detail, **REFUSALS},
    )
    def post(self, request: Request, evaluation_id: int) -> Response:
        """Repeat an evaluation with the same inputs. The repeats run alone."""
        evaluation = _visible_evaluation(request, evaluation_id)
        SCREEN.require(request.user)
        wanted = Times(data=request.data)
        wanted.is_valid(raise_exception=True)
        try:
            reproductions.reproduce(evaluation, signed_in(request), times=wanted.validated_data["times"])
        except NotReproducible as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(RepeatedShape(repeats.repeats_of(evaluation)).data, status=202)


class ScreeningsView(APIView):
    @extend_schema(operation_id="screenings_list", responses={200: ScreeningShape(many=True), **REFUSALS})
    def get(self, request: Request, job_id: int) -> Response:
        """List the newest screenings of a job with their progress."""
        shown = screening_progress.newest(visible_job(request, job_id), NEWEST)
        return Response(ScreeningShape(shown, many=True).data)  # type: ignore[arg-type]  # many

    @extend_schema(
        operation_id="screenings_ask",
        request=NewScreening,
        responses={202: AskedShape, 409: Detail, **REFUSALS},
    )
    def post(self, request: Request, job_id: int) -> Response:
        """Queue new evaluations of a job's applications. They wait for their turn; the selection stays."""
        job = visible_job(request, job_id)
        SCREEN.require(request.user)
        wanted = NewScreening(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = _asked(request, job, wanted.validated_data)
        progress = screening_progress.progress_of(asked.screening) if asked.screening else None
        body = {"made": asked.made, "waiting": asked.waiting, "fresh": asked.fresh, "screening": progress}
        return Response(AskedShape(body).data, status=202)


def _asked(request: Request, job: Job, wanted: dict[str, Any]) -> Asked:
    user = signed_in(request)
    if "model_name" not in wanted:
        return screenings.bring_up_to_date(job, user)
    which = Which.STALE if wanted["stale"] else Which.ALL
    applications = Scope(job=job, which=which).applications(user)
    if "application_ids" in wanted:
        applications = applications.filter(pk__in=wanted["application_ids"])
    try:
        option = wishes.find_option(str(wanted["model_name"]), str(wanted["inference_mode"]))
        return screenings.screen_again(job, applications, option, user)
    except WishRefused as refusal:
        raise Refused(refusal) from refusal


class ScreeningView(APIView):
    @extend_schema(operation_id="screenings_read", responses={200: ScreeningShape, **REFUSALS})
    def get(self, request: Request, screening_id: int) -> Response:
        """Return the progress of a screening."""
        return Response(ScreeningShape(_progress(request, screening_id)).data)


class CancelView(APIView):
    @extend_schema(
        operation_id="screenings_cancel", request=None, responses={200: ScreeningShape, **REFUSALS}
    )
    def post(self, request: Request, screening_id: int) -> Response:
        """Cancel the queued evaluations of a screening; running ones go on."""
        progress = _progress(request, screening_id)
        SCREEN.require(request.user)
        screenings.cancel(progress.screening, signed_in(request))
        return Response(ScreeningShape(_progress(request, screening_id)).data)


class RatersView(APIView):
    @extend_schema(operation_id="readers_list", responses={200: RaterShape(many=True), **REFUSALS})
    def get(self, request: Request, job_id: int) -> Response:
        """List the raters of a job's current version, busiest first."""
        job = visible_job(request, job_id)
        found = raters.raters_of_job(job, comparisons.comparable(job, signed_in(request)))
        return Response(RaterShape(found, many=True).data)  # type: ignore[arg-type]  # many


class ComparisonView(APIView):
    @extend_schema(
        operation_id="comparisons_read",
        parameters=[ComparisonQuery],
        responses={200: ComparisonShape, **REFUSALS},
    )
    def get(self, request: Request, job_id: int) -> Response:
        """Compare two raters of a job's applications: `a` and `b`, by default the busiest two."""
        job = visible_job(request, job_id)
        query = ComparisonQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        applications = comparisons.comparable(job, signed_in(request))
        try:
            found = raters.raters_of_job(job, applications)
            pair = chosen(found, wanted.get("a", ""), wanted.get("b", ""))
        except UnknownRater as unknown:
            raise NotFound(str(unknown)) from unknown
        except SameRater as same:
            raise ValidationError(str(same)) from same
        if pair is None:
            raise NotFound("This job has only one rater. Screen its applications again with another model.")
        comparison = Comparison(job=job, applications=applications, first=pair[0], second=pair[1])
        part = Wanted.from_query(wanted.get("cell", ""), wanted.get("after", ""))
        return Response(_body(comparison, part, wanted["limit"]))


def _body(comparison: Comparison, wanted: Wanted, limit: int) -> object:
    matrix = comparison.matrix()
    rows = comparisons.disagreements(comparison, wanted, limit)
    body = {
        "first": comparison.first,
        "second": comparison.second,
        "outcomes": matrix.categories,
        "matrix": matrix.counts,
        "agreed": matrix.agreed,
        "kappa": matrix.kappa,
        "disagreements": rows,
        "after": rows[-1].place if len(rows) == limit else None,
    }
    return ComparisonShape(body).data  # type: ignore[arg-type]  # by its fields


def _evaluations() -> QuerySet[Evaluation]:
    rows = Evaluation.objects.select_related("model_config", "parser", "job_version")
    return rows.prefetch_related("job_version__criteria")


def _covered(request: Request, evaluations: list[Evaluation]) -> list[Evaluation]:
    """Hide what nobody may see before a decision; auditors see all."""
    if not SEE_HIDDEN.held_by(request.user):
        veil.cover_evaluations(evaluations)
    return evaluations


def _visible_evaluation(request: Request, evaluation_id: int) -> Evaluation:
    return visible_or_404(_evaluations(), request.user, evaluation_id)


def _progress(request: Request, screening_id: int) -> screening_progress.Progress:
    rows = Screening.objects.select_related("model_config", "parser", "asked_by")
    return screening_progress.progress_of(visible_or_404(rows, request.user, screening_id))


urlpatterns = [
    path("applications/<int:application_id>/evaluations", EvaluationsView.as_view(), name="api-evaluations"),
    path("evaluations/<int:evaluation_id>", EvaluationView.as_view(), name="api-evaluation"),
    path(
        "evaluations/<int:evaluation_id>/reproductions",
        ReproductionsView.as_view(),
        name="api-reproductions",
    ),
    path("jobs/<int:job_id>/screenings", ScreeningsView.as_view(), name="api-screenings"),
    path("screenings/<int:screening_id>", ScreeningView.as_view(), name="api-screening"),
    path("screenings/<int:screening_id>/cancel", CancelView.as_view(), name="api-screening-cancel"),
    path("jobs/<int:job_id>/readers", RatersView.as_view(), name="api-readers"),
    path("jobs/<int:job_id>/comparison", ComparisonView.as_view(), name="api-comparison"),
]
