"""The list of jobs, and opening and changing one."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from jobs import openings
from jobs.forms import JobForm
from jobs.models import Job


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    jobs = openings.listed(request.user)
    return render(request, "jobs/list.html", {"jobs": jobs, "digest": openings.digest(jobs)})


@require_http_methods(["GET", "POST"])
@permission_required("jobs.add_job", raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    form = JobForm(request.POST or None)
    if form.is_valid():
        job = openings.create(owner=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # signed in
        return redirect("job-page", job.pk)
    return render(request, "jobs/form.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@permission_required("jobs.change_job", raise_exception=True)
def edit(request: HttpRequest, job_id: int) -> HttpResponse:
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)
    said = {"title": job.current.title, "description": job.current.description}
    form = JobForm(request.POST or None, initial=said)
    if form.is_valid():
        openings.revise(job, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # signed in
        return redirect("job-page", job.pk)
    return render(request, "jobs/form.html", {"form": form, "job": job}, status=400 if form.errors else 200)
