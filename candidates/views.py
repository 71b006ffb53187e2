"""The page of a job with its candidates, the page of one application, and what is done on them."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from candidates import decisions, files, intake, ledger, listing
from candidates.forms import DecisionForm
from candidates.listing import Listing
from candidates.models import Application, UploadBatch, UploadItem, Verdict
from jobs.models import Job


@require_GET
def job_page(request: HttpRequest, job_id: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    wanted = Listing.from_query(job.pk, request.GET)
    rows = listing.rows(wanted)
    items = ledger.shown(job)
    return render(
        request,
        "jobs/page.html",
        {
            "job": job,
            "listing": wanted,
            "applications": rows,
            "digest": listing.digest(rows),
            "older": rows[-1].pk if len(rows) == listing.PAGE_ROWS else None,
            "items": items,
            "items_digest": ledger.digest(items),
            "counts": ledger.of_job(job),
        },
    )


@require_GET
def application_page(request: HttpRequest, application_id: int) -> HttpResponse:
    visible = Application.objects.visible_to(request.user).filter(pk=application_id)
    application = listing.row(application_id) if visible.exists() else None
    if application is None:
        raise Http404
    said = {
        "application": application,
        "evaluations": application.evaluations.select_related("model_config", "job_version"),
        "decisions": application.decisions.select_related("decided_by"),
        "verdicts": Verdict.values,
    }
    return render(request, "candidates/application.html", said)


@require_GET
def resume_file(request: HttpRequest, application_id: int) -> HttpResponseBase:
    application = get_object_or_404(_visible(request).select_related("resume"), pk=application_id)
    try:
        return files.response(application)
    except FileNotFoundError as error:
        raise Http404("The document is missing from the store.") from error


@require_POST
@permission_required("candidates.add_decision", raise_exception=True)
def decide(request: HttpRequest, application_id: int) -> HttpResponse:
    """Decide; htmx gets the row back, a plain form its page."""
    application = get_object_or_404(_visible(request), pk=application_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        words = " ".join(message for messages in form.errors.values() for message in messages)
        return HttpResponse(words, status=400, content_type="text/plain")
    decisions.decide(application, **form.cleaned_data, user=request.user)  # type: ignore[arg-type]  # signed in
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        return render(request, "candidates/_application.html", {"application": listing.row(application.pk)})
    return redirect("application-page", application.pk)


@require_POST
@permission_required("candidates.add_uploaditem", raise_exception=True)
def upload(request: HttpRequest, job_id: int) -> HttpResponse:
    """Several files in one form, for browsers without our script."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    sent = request.FILES.getlist("files")
    if not sent:
        messages.error(request, "Choose at least one file.")
        return redirect("job-page", job.pk)
    batch = intake.open_batch(
        job=job,
        user=request.user,  # type: ignore[arg-type]  # signed in
        announced_count=len(sent),
        source=UploadBatch.Source.PAGE,
    )
    for file in sent:
        intake.receive(batch, file)
    messages.success(request, f"{len(sent)} received.")
    return redirect("job-page", job.pk)


@require_POST
@permission_required("candidates.add_uploaditem", raise_exception=True)
def retry(request: HttpRequest, item_id: int) -> HttpResponse:
    visible = UploadItem.objects.filter(job__in=Job.objects.visible_to(request.user))
    item = get_object_or_404(visible, pk=item_id)
    try:
        intake.retry(item, request.user)  # type: ignore[arg-type]  # signed in
    except intake.NotFailed as refusal:
        messages.error(request, str(refusal))
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        item.refresh_from_db()
        return render(request, "candidates/_item.html", {"item": item})
    return redirect("job-page", item.job_id)


def _visible(request: HttpRequest) -> QuerySet[Application]:
    return Application.objects.visible_to(request.user)
