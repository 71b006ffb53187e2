"""REST views of applications, decisions and batches."""

import uuid

from django.http import Http404, HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from candidates import table
from candidates.access import DECIDE, SEE_HIDDEN, UPLOAD, Conflict
from candidates.blind import veil
from candidates.deciding import decisions
from candidates.documents import kinds
from candidates.models import Application, UploadBatch, UploadItem
from candidates.pages import files
from candidates.pages.shapes import (
    ApplicationShape,
    ApplicationsShape,
    DecisionShape,
    DecisionText,
    ListingQuery,
)
from candidates.uploads import api, intake
from candidates.uploads.multipart import EveryFile
from candidates.uploads.shapes import BatchShape, ItemShape, NewBatch, OneFile
from jobs.access import visible_or_404
from jobs.api import signed_in, visible_job
from models_admin.kit.shapes import Detail

REFUSALS = dict.fromkeys((400, 401, 403, 404), Detail)
FILE_KINDS = (kinds.PDF, kinds.DOCX, *kinds.PICTURES)


class ApplicationsView(APIView):
    """One address with two meanings, kept for older clients: GET takes a job's id, PATCH an application's."""

    @extend_schema(
        operation_id="applications_list",
        parameters=[ListingQuery],
        responses={200: ApplicationsShape, **REFUSALS},
    )
    def get(self, request: Request, id: int) -> Response:
        """List the applications for the job `id` that match the filters, newest first unless sorted."""
        job = visible_job(request, id)
        query = ListingQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        skip, limit = query.validated_data["skip"], query.validated_data["limit"]
        listing = query.listing(job.pk)
        found = table.matching(listing)
        pks = found.order_by(*listing.sort.ordering()).values_list("pk", flat=True)[skip : skip + limit]
        body = {
            "applications": table.with_criteria(list(pks), unveiled=SEE_HIDDEN.held_by(request.user)),
            "total": found.count(),
            "skip": skip,
            "limit": limit,
        }
        return Response(ApplicationsShape(body).data)

    @extend_schema(
        operation_id="applications_decide",
        request=DecisionText,
        responses={200: ApplicationShape, **REFUSALS},
    )
    def patch(self, request: Request, id: int) -> Response:
        """Decide on the application `id`: Accepted, Rejected or Pending."""
        application = visible_application(request, id)
        DECIDE.require(request.user)
        body = DecisionText(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        decisions.decide(
            application,
            status=wanted["final_status"],
            reason=wanted["reason"],
            note=wanted["note"],
            seen=wanted.get("seen"),
            user=signed_in(request),
        )
        return Response(ApplicationShape(table.row(id)).data)


class DecisionsView(APIView):
    @extend_schema(
        operation_id="applications_decisions", responses={200: DecisionShape(many=True), **REFUSALS}
    )
    def get(self, request: Request, id: int) -> Response:
        """List all decisions on the application `id`, newest first. The newest counts."""
        made = visible_application(request, id).decisions.select_related("decided_by")
        return Response(DecisionShape(made, many=True).data)  # type: ignore[arg-type]  # many


class FileView(APIView):
    @extend_schema(
        operation_id="applications_file",
        responses={**{(200, kind): OpenApiTypes.BINARY for kind in FILE_KINDS}, **REFUSALS},
    )
    def get(self, request: Request, id: int) -> HttpResponseBase:
        """Download the résumé of the application `id`, as it was uploaded."""
        try:
            return files.response(visible_application(request, id))
        except FileNotFoundError as error:
            raise Http404("The document is missing from the store. Tell an administrator.") from error
        except files.Hidden as hidden:
            raise PermissionDenied(str(hidden)) from hidden


class BatchesView(APIView):
    @extend_schema(operation_id="batches_open", request=NewBatch, responses={201: BatchShape, **REFUSALS})
    def post(self, request: Request) -> Response:
        """Announce files for a job; then send them one by one to `/api/batches/{id}/files`."""
        wanted = NewBatch(data=request.data)
        wanted.is_valid(raise_exception=True)
        job = visible_job(request, wanted.validated_data["job_id"])
        UPLOAD.require(request.user)
        batch = intake.open_batch(
            job=job,
            user=signed_in(request),
            announced_count=wanted.validated_data["announced_count"],
            # Programs send a token, our page has the browser's session.
            source=UploadBatch.Source.API if request.auth else UploadBatch.Source.PAGE,
        )
        return Response(BatchShape(batch).data, status=201)


class BatchView(APIView):
    @extend_schema(operation_id="batches_read", responses={200: BatchShape, **REFUSALS})
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        """Return a batch with the state of each of its files."""
        return Response(BatchShape(visible_or_404(UploadBatch.objects.all(), request.user, batch_id)).data)


class FilesView(APIView):
    parser_classes = [EveryFile]

    @extend_schema(
        operation_id="batches_send",
        request={"multipart/form-data": OneFile},
        responses={201: ItemShape, **REFUSALS},
    )
    def post(self, request: Request, batch_id: uuid.UUID) -> Response:
        """Send one file. A problem with the file is its state, not an error.

        PDF, DOCX, PNG, JPEG, TIFF, or a ZIP of these. When a ZIP is unpacked, its files become items of the
        batch, and the item that this request returned is deleted.
        """
        batch = visible_or_404(UploadBatch.objects.all(), request.user, batch_id)
        UPLOAD.require(request.user)
        sent = request.FILES.getlist("file")
        if len(sent) != 1 or len(request.FILES) != 1:
            raise ValidationError("Send exactly one file, in the field “file”.")
        return Response(ItemShape(intake.receive(batch, sent[0])).data, status=201)


class RetryView(APIView):
    @extend_schema(
        operation_id="items_retry", request=None, responses={200: ItemShape, 409: Detail, **REFUSALS}
    )
    def post(self, request: Request, item_id: int) -> Response:
        """Try a failed file again."""
        item = visible_or_404(UploadItem.objects.all(), request.user, item_id)
        UPLOAD.require(request.user)
        try:
            [item] = veil.unlinked([intake.retry(item, signed_in(request))])
            return Response(ItemShape(item).data)
        except intake.NotFailed as refusal:
            raise Conflict(str(refusal)) from refusal


def visible_application(request: Request, application_id: int) -> Application:
    rows = Application.objects.with_veil().select_related("resume", "candidate")
    return visible_or_404(rows, request.user, application_id)


urlpatterns = [
    path("applications/<int:id>", ApplicationsView.as_view(), name="api-applications"),
    path("applications/<int:id>/decisions", DecisionsView.as_view(), name="api-decisions"),
    path("applications/<int:id>/file", FileView.as_view(), name="api-file"),
    path("batches", BatchesView.as_view(), name="api-batches"),
    path("batches/<uuid:batch_id>", BatchView.as_view(), name="api-batch"),
    path("batches/<uuid:batch_id>/files", FilesView.as_view(), name="api-files"),
    path("items/<int:item_id>/retry", RetryView.as_view(), name="api-retry"),
    path("upload", api.upload, name="api-upload"),
]
