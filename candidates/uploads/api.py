"""`POST /api/upload`: many files in one request, answered when all are done. Kept for older clients."""

from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from candidates.access import UPLOAD
from candidates.blind import veil
from candidates.models import UploadBatch
from candidates.uploads import intake, ledger, waiting
from candidates.uploads.multipart import EveryFile
from candidates.uploads.shapes import UploadForm, UploadShape, UploadTarget
from jobs import openings
from jobs.api import signed_in, visible_job
from jobs.models import Job
from models_admin.kit.shapes import Detail
from models_admin.models import GpuWorker

LONGEST_WAIT_S = 300
FIELDS = ("pdf_files", "pdf_files[]")


class WaitQuery(serializers.Serializer[object]):
    wait = serializers.FloatField(default=LONGEST_WAIT_S, min_value=0, max_value=LONGEST_WAIT_S)


class UploadView(APIView):
    """Receives the files; `upload` below waits for them and makes the final response."""

    parser_classes = [EveryFile]

    @extend_schema(
        operation_id="upload",
        parameters=[
            OpenApiParameter("wait", OpenApiTypes.FLOAT, description="Seconds to wait, 0 to 300 (default).")
        ],
        request={"multipart/form-data": UploadForm},
        responses={200: UploadShape, 202: UploadShape, **dict.fromkeys((400, 401, 403, 404, 409), Detail)},
    )
    def post(self, request: Request) -> Response:
        """Upload résumés for a job. 200: all are done. 202: some are not; counts so far."""
        query = WaitQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        job = self._job(request)
        UPLOAD.require(request.user)
        files = self._files(request)
        batch = intake.open_batch(
            job=job, user=signed_in(request), announced_count=len(files), source=UploadBatch.Source.API
        )
        for file in files:
            intake.receive(batch, file)
        response = upload_response(batch)
        response.waits_for = (batch, query.validated_data["wait"])  # type: ignore[attr-defined]
        return response

    def _job(self, request: Request) -> Job:
        target = UploadTarget(data=request.POST)
        target.is_valid(raise_exception=True)
        if job_id := target.validated_data.get("job_id"):
            return visible_job(request, job_id)
        title = target.validated_data.get("job_title")
        if not title:
            raise ValidationError("Send job_title or job_id.")
        try:
            return openings.find_by_title(request.user, title)
        except openings.NoSuchJob as error:
            raise NotFound(str(error)) from error
        except openings.AmbiguousTitle as error:
            raise ValidationError(str(error)) from error

    @staticmethod
    def _files(request: Request) -> "list[UploadedFile[bytes]]":
        stray = next((field for field in request.FILES if field not in FIELDS), None)
        if stray is not None:  # if ignored, it would be missing from the counts
            raise ValidationError(f"Send all files in the field “pdf_files”, not in “{stray[:50]}”.")
        files = [file for field in FIELDS for file in request.FILES.getlist(field)]
        if not files:
            raise ValidationError("Send at least one file, in the field “pdf_files”.")
        return files


def upload_response(batch: UploadBatch) -> Response:
    """Return the present counts of `batch`: status 200 if no file is open, else 202."""
    counts = ledger.counts_of_batch(batch)
    body = {
        "message": ledger.upload_message(batch),
        "debug_message": _debug_message(counts.open, counts.received),
        "processed_files": veil.unlinked(list(batch.items.all())),
        "batch_url": reverse("api-batch", args=[batch.pk]),
    }
    return Response(UploadShape(body).data, status=202 if counts.open else 200)


def _debug_message(open_count: int, received: int) -> str:
    if not open_count:
        return f"All {received} files are done."
    if not GpuWorker.objects.live().exists():
        return f"{open_count} of {received} files are saved and waiting: no worker is running."
    return f"{open_count} of {received} files are in progress. Get batch_url for their states."


@csrf_exempt  # the view checks the CSRF token of sessions itself
async def upload(request: HttpRequest) -> HttpResponseBase:
    """Receive the files, then wait without a thread until all are done."""
    view = UploadView.as_view()
    first = await sync_to_async(view)(request)
    if not hasattr(first, "waits_for"):
        return first
    batch, wait_s = first.waits_for
    await sync_to_async(_close_connection)()
    await waiting.until_ended(batch.pk, wait_s)
    return await sync_to_async(_final_response)(first, batch)


def _close_connection() -> None:
    """Close the request's database connection: many requests may wait, and waiting needs none."""
    connection.close()


def _final_response(first: Response, batch: UploadBatch) -> Response:
    """Return `first` with the present counts, not rendered yet."""
    now = upload_response(batch)
    now.accepted_renderer = first.accepted_renderer
    now.accepted_media_type = first.accepted_media_type
    now.renderer_context = first.renderer_context  # type: ignore[attr-defined]
    return now


upload.login_required = False  # type: ignore[attr-defined]  # the view authenticates by session or token
upload.cls, upload.initkwargs = UploadView, {}  # type: ignore[attr-defined]  # for the OpenAPI schema
