"""Views that upload without JavaScript, retry files, and download documents and page images."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from candidates.access import UPLOAD
from candidates.models import Application, UploadBatch, UploadItem
from candidates.pages import files
from candidates.uploads import intake
from jobs.access import visible_job, visible_or_404
from models_admin.kit.pages import Request, back, needs, refused


@require_POST
@needs(UPLOAD)
def upload(request: Request, job_id: int) -> HttpResponse:
    """Receive several files in one form, from browsers without JavaScript."""
    job = visible_job(request.user, job_id)
    sent = request.FILES.getlist("files")
    if not sent:
        return refused(request, "Choose at least one file.", status=400)
    page = UploadBatch.Source.PAGE
    batch = intake.open_batch(job=job, user=request.user, announced_count=len(sent), source=page)
    for file in sent:
        intake.receive(batch, file)
    files_received = "1 file" if len(sent) == 1 else f"{len(sent)} files"
    messages.success(request, f"{files_received} received. See the status below.")
    return redirect("job-page", job.pk)


@require_POST
@needs(UPLOAD)
def retry(request: Request, item_id: int) -> HttpResponse:
    """Try a failed file again. htmx gets its list item."""
    item = visible_or_404(UploadItem.objects.all(), request.user, item_id)
    try:
        item = intake.retry(item, request.user)
    except intake.NotFailed as refusal:
        return refused(request, str(refusal), status=409)
    return render(request, "candidates/uploads/_item.html", {"item": item}) if request.htmx else back(request)


@require_safe
def resume_file(request: Request, application_id: int) -> HttpResponseBase:
    """Download the document."""
    try:
        return files.response(visible_application(request, application_id))
    except FileNotFoundError as lost:
        raise Http404("The document is missing from the store. Tell an administrator.") from lost
    except files.Hidden as hidden:
        raise PermissionDenied(str(hidden)) from hidden


@require_safe
def page_image(request: Request, application_id: int, number: int) -> HttpResponseBase:
    """Return the image of a page; in a blind job with the person painted over."""
    try:
        return files.page_image(visible_application(request, application_id), number)
    except FileNotFoundError as missing:
        raise Http404("This page has no image.") from missing
    except files.Hidden as hidden:
        raise PermissionDenied(str(hidden)) from hidden


def visible_application(request: Request, application_id: int) -> Application:
    """Return the application if this user may see it. Raises Http404."""
    rows = Application.objects.with_veil().select_related("resume", "candidate")
    return visible_or_404(rows, request.user, application_id)
