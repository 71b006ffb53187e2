"""`/api/jobs`: jobs and their texts."""

from django.contrib.auth.models import User
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jobs import openings
from jobs.access import ADD_JOB, CHANGE_JOB, visible_or_404
from jobs.models import Job
from jobs.serializers import JobRevision, JobShape, JobText
from models_admin.kit import ids
from models_admin.kit.shapes import Detail

REFUSALS = dict.fromkeys((400, 401, 403, 404), Detail)


class JobsView(APIView):
    @extend_schema(
        operation_id="jobs_list",
        parameters=[
            OpenApiParameter("job_id", OpenApiTypes.INT, description="Only this job, as one object.")
        ],
        responses={200: JobShape(many=True), **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """List the jobs that you may see, newest first; with `job_id`, return that job only."""
        if "job_id" in request.query_params:
            return Response(JobShape(visible_job(request, request.query_params["job_id"])).data)
        jobs = (
            openings.described(Job.objects.visible_to(request.user))
            .prefetch_related("versions__criteria")
            .order_by("-pk")
        )
        return Response(JobShape(jobs, many=True).data)  # type: ignore[arg-type]  # many

    @extend_schema(operation_id="jobs_create", request=JobText, responses={201: JobShape, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Open a job."""
        ADD_JOB.require(request.user)
        text = JobText(data=request.data)
        text.is_valid(raise_exception=True)
        job = openings.create(owner=signed_in(request), **text.validated_data)
        return Response(JobShape(job).data, status=201)


class JobView(APIView):
    @extend_schema(operation_id="jobs_read", responses={200: JobShape, **REFUSALS})
    def get(self, request: Request, job_id: int) -> Response:
        """Return one job."""
        return Response(JobShape(visible_job(request, job_id)).data)

    @extend_schema(
        operation_id="jobs_revise", request=JobRevision, responses={200: JobShape, **REFUSALS, 409: Detail}
    )
    def put(self, request: Request, job_id: int) -> Response:
        """Change the job's text and criteria. Evaluations keep those that they were made with."""
        job = visible_job(request, job_id)
        CHANGE_JOB.require(request.user)
        text = JobRevision(data=request.data)
        text.is_valid(raise_exception=True)
        said = dict(text.validated_data)
        try:
            openings.revise(job, by=signed_in(request), seen=said.pop("version", None), **said)
        except openings.Overtaken as overtaken:
            return Response({"detail": str(overtaken)}, status=409)
        return Response(JobShape(visible_job(request, job_id)).data)


def signed_in(request: Request) -> User:
    """Return the signed-in user. IsAuthenticated holds for every view here; this tells the type checker."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def visible_job(request: Request, job_id: object) -> Job:
    """Return the job if this user may see it. Raises Http404; ValidationError if `job_id` is no id."""
    text = str(job_id)
    if not ids.is_id(text):
        raise ValidationError({"job_id": "Give the number of a job."})
    return visible_or_404(openings.described(Job.objects.all()), request.user, int(text))


urlpatterns = [
    path("jobs", JobsView.as_view(), name="api-jobs"),
    path("jobs/<int:job_id>", JobView.as_view(), name="api-job"),
]
