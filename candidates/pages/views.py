"""Uploading without our script, trying files again, and handing out documents and their pages."""

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
    """Several files in one form, for browsers without our script."""
    job = visible_job(request.user, job_id)
    sent = request.FILES.getlist("files")
    if not sent:
        return refused(request, "Choose at least one file.", status=400)
    page = UploadBatch.Source.PAGE
    batch = intake.open_batch(job=job, user=request.user, announced_count=len(sent), source=page)
    for file in sent:
        intake.receive(batch, file)
    messages.success(request, f"{len(sent)} received. What became of them stands below.")
    return redirect("job-page", job.pk)


@require_POST
@needs(UPLOAD)
def retry(request: Request, item_id: int) -> HttpResponse:
    """Try a failed file again; htmx gets its line back."""
    item = visible_or_404(UploadItem.objects.all(), request.user, item_id)
    try:
        item = intake.retry(item, request.user)
    except intake.NotFailed as refusal:
        return refused(request, str(refusal), status=409)
    return render(request, "candidates/uploads/_item.html", {"item": item}) if request.htmx else back(request)


@require_safe
def resume_file(request: Request, application_id: int) -> HttpResponseBase:
    """The document itself, as a download."""
    try:
        return files.response(visible_application(request, application_id))
    except FileNotFoundError as lost:
        raise Http404("The document is missing from the store. Tell an administrator.") from lost
    except files.Hidden as hidden:
        raise PermissionDenied(str(hidden)) from hidden


@require_safe
def page_image(request: Request, application_id: int, number: int) -> HttpResponseBase:
    """A page of an application's document as people see it; in a blind job without who it is."""
    try:
        return files.page_image(visible_application(request, application_id), number)
    except FileNotFoundError as missing:
        raise Http404("There is no image of this page.") from missing
    except files.Hidden as hidden:
        raise PermissionDenied(str(hidden)) from hidden


def visible_application(request: Request, application_id: int) -> Application:
    """Return the application if this user may see it. Raises Http404."""
    rows = Application.objects.with_veil().select_related("resume", "candidate")
    return visible_or_404(rows, request.user, application_id)
