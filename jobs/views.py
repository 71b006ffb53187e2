"""The list of jobs, and opening and changing one. The page of one job shows candidates: it is theirs."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jobs import openings
from jobs.forms import JobForm
from jobs.models import Job
from models_admin.pages import Request, needs


@require_safe
def job_list(request: Request) -> HttpResponse:
    jobs = openings.listed(request.user)
    return render(request, "jobs/list.html", {"jobs": jobs, "digest": openings.digest(jobs)})


@require_http_methods(["GET", "HEAD", "POST"])
@needs("jobs.add_job", "You may not create jobs. Ask a recruiter.")
def new(request: Request) -> HttpResponse:
    form = JobForm(request.POST or None)
    if form.is_valid():
        return redirect("job-page", openings.create(owner=request.user, **form.cleaned_data).pk)
    return render(request, "jobs/form.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("jobs.change_job", "You may not change jobs. Ask a recruiter.")
def edit(request: Request, job_id: int) -> HttpResponse:
    job = visible(request, job_id)
    now = {"title": job.current.title, "description": job.current.description}
    form = JobForm(request.POST or None, initial=now)
    if form.is_valid():
        openings.revise(job, by=request.user, **form.cleaned_data)
        return redirect("job-page", job.pk)
    return render(request, "jobs/form.html", {"form": form, "job": job}, status=400 if form.errors else 200)


def visible(request: Request, job_id: int) -> Job:
    """Return the job if this user may see it, with its versions. Raises Http404."""
    job = Job.objects.visible_to(request.user).prefetch_related("versions").filter(pk=job_id).first()
    if job is None:
        raise Http404("There is no such job, or it is not shared with you.")
    return job
