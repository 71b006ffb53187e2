"""The page of a job with its candidates, the page of one application, and what is done on them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from candidates import decisions, files, intake, ledger, listing, screening_live
from candidates.forms import DecisionForm
from candidates.listing import Listing
from candidates.models import Application, Resume, UploadBatch, UploadItem
from jobs.models import Job
from jobs.views import visible
from models_admin.pages import Request, back, needs, refused


@require_safe
def job_page(request: Request, job_id: int) -> HttpResponse:
    """A job's candidates. What of it is live is said once more by `candidates.live.JobTopic`."""
    job = visible(request, job_id)
    shown = Listing.from_query(job.pk, request.GET)
    rows, items = listing.rows(shown), ledger.shown(job)
    context = {
        "job": job,
        "listing": shown,
        "applications": rows,
        "digest": listing.digest(rows),
        "older": rows[-1].pk if len(rows) == listing.PAGE_ROWS else None,
        "earlier_count": sum(not row.newest for row in rows),  # type: ignore[attr-defined]  # annotated
        "invalid_count": listing.invalid_count(job.pk),
        "items": items,
        "items_digest": ledger.digest(items),
        "counts": ledger.of_job(job),
        "max_file_mib": settings.MAX_FILE_BYTES // 2**20,
        "max_zip_mib": settings.MAX_ZIP_BYTES // 2**20,
        "query": request.GET.urlencode(),
    }
    return render(request, "jobs/page.html", context | screening_live.context(job))


@require_POST
@needs("candidates.add_uploaditem", "You may not upload résumés. Ask a recruiter.")
def upload(request: Request, job_id: int) -> HttpResponse:
    """Several files in one form, for browsers without our script."""
    job = visible(request, job_id)
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
@needs("candidates.add_uploaditem", "You may not upload résumés. Ask a recruiter.")
def retry(request: Request, item_id: int) -> HttpResponse:
    """Try a failed file again; htmx gets its line back."""
    of_job = Job.objects.visible_to(request.user)
    item = UploadItem.objects.filter(pk=item_id, job__in=of_job).first()
    if item is None:
        raise Http404("There is no such file, or its job is not shared with you.")
    try:
        item = intake.retry(item, request.user)
    except intake.NotFailed as refusal:
        return refused(request, str(refusal), status=409)
    return render(request, "candidates/_item.html", {"item": item}) if request.htmx else back(request)


@require_safe
def application_page(request: Request, application_id: int) -> HttpResponse:
    """One application: what models said, what people decided, and the candidate's other versions."""
    _visible(request, application_id)
    application = listing.row(application_id)
    if application is None:
        raise Http404("The application is gone.")
    job = visible(request, application.job_id)
    evaluations = list(application.evaluations.select_related("model_config", "parser", "job_version"))
    evaluation = next((row for row in evaluations if row.pk == application.current_evaluation_id), None)
    versions = list(_versions(application))
    context = {
        "application": application,
        "job": job,
        "evaluation": evaluation,
        "pages": _shown_pages(application.resume),
        "stale": evaluation is not None and evaluation.job_version_id != job.current.pk,
        "evaluations": evaluations,
        "decisions": application.decisions.select_related("decided_by"),
        "versions": versions,
        "newest_version": versions[0] if versions and versions[0].pk > application.pk else None,
    }
    return render(request, "candidates/application.html", context)


def _shown_pages(resume: Resume) -> list[dict[str, Any]]:
    """The pages that have an image, by number, with its size."""
    return [
        {"number": number, **page["image"]}
        for number, page in enumerate(resume.pages, 1)
        if page.get("image")
    ]


def _versions(application: Application) -> QuerySet[Application]:
    """The same person's other applications for the job, newest first."""
    if application.candidate_id is None:
        return Application.objects.none()
    same = Application.objects.filter(job=application.job_id, candidate=application.candidate_id)
    return same.exclude(pk=application.pk).order_by("-pk")


@require_POST
@needs("candidates.add_decision", "You may not decide on applications. Ask a recruiter.")
def decide(request: Request, application_id: int) -> HttpResponse:
    """Decide; htmx gets the row back."""
    application = _visible(request, application_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences)
        return refused(request, words, status=400)
    decisions.decide(application, **form.cleaned_data, user=request.user)
    if request.htmx:
        return render(request, "candidates/_application.html", {"application": listing.row(application.pk)})
    return back(request)


@require_safe
def resume_file(request: Request, application_id: int) -> HttpResponseBase:
    """The document itself, as a download."""
    application = _visible(request, application_id)
    try:
        return files.response(application)
    except FileNotFoundError as lost:
        raise Http404("The document is missing from the store. Tell an administrator.") from lost


@require_safe
def page_image(request: Request, resume_id: int, number: int) -> HttpResponseBase:
    """A page of a document as people see it, for whoever may see an application with it."""
    resume = Resume.objects.filter(applications__in=Application.objects.visible_to(request.user))
    found = resume.filter(pk=resume_id).first()
    if found is None:
        raise Http404("There is no such document, or its job is not shared with you.")
    try:
        return files.page_image(found, number)
    except FileNotFoundError as missing:
        raise Http404("There is no image of this page.") from missing


def _visible(request: Request, application_id: int) -> Application:
    """Return the application if this user may see it. Raises Http404."""
    rows = Application.objects.visible_to(request.user).select_related("resume")
    application = rows.filter(pk=application_id).first()
    if application is None:
        raise Http404("There is no such application, or its job is not shared with you.")
    return application
