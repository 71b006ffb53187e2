"""The list of jobs, and the form to create or edit one. The page of a job belongs to candidates."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jobs import forms, openings
from jobs.access import ADD_JOB, CHANGE_JOB, visible_job
from jobs.drafts import Draft
from jobs.forms import JobForm
from jobs.models import Job
from models_admin.kit import ids
from models_admin.kit.pages import Request, needs


@require_safe
def job_list(request: Request) -> HttpResponse:
    jobs = openings.listed(request.user)
    return render(request, "jobs/list.html", {"jobs": jobs})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(ADD_JOB)
def new(request: Request) -> HttpResponse:
    if "do" in request.POST:
        return _redrafted(request, None)
    teams = openings.teams(request.user)
    form = JobForm(draft=Draft.of_version(None), teams=teams)
    if request.method == "POST":
        form = JobForm(request.POST, draft=Draft.posted(request.POST), teams=teams)
        if form.is_valid():
            return redirect("job-page", openings.create(owner=request.user, **form.cleaned_data).pk)
    return _shown(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(CHANGE_JOB)
def edit(request: Request, job_id: int) -> HttpResponse:
    job = visible_job(request.user, job_id)
    if "do" in request.POST:
        return _redrafted(request, job)
    now, teams = job.current, openings.teams(request.user, job)
    said = {"title": now.title, "description": forms.unbroken(now.description), "team": job.team_id}
    form = JobForm(draft=Draft.of_version(now), teams=teams, initial=said)
    if request.method == "POST":
        form = JobForm(request.POST, draft=Draft.posted(request.POST), teams=teams)
        if form.is_valid():
            team = form.cleaned_data.pop("team")
            try:
                openings.revise(job, by=request.user, seen=_seen(request), **form.cleaned_data)
            except openings.Overtaken as overtaken:
                job = visible_job(request.user, job_id)
                context = {"form": form, "job": job, "seen": job.current.number, "refusal": str(overtaken)}
                return render(request, "jobs/form.html", context, status=409)
            if "team" in request.POST:
                openings.share(job, team, by=request.user)
            if Job.objects.visible_to(request.user).filter(pk=job.pk).exists():
                return redirect("job-page", job.pk)
            title = form.cleaned_data["title"]
            messages.success(request, f"Saved. “{title}” is no longer shared with you.")
            return redirect("job-list")
    return _shown(request, form, job)


def _redrafted(request: Request, job: Job | None) -> HttpResponse:
    """Handle a button of the criteria: show the form as filled in, with other rows. Nothing is saved."""
    typed = {name: request.POST.get(name, "") for name in ("title", "description", "team")}
    draft = Draft.posted(request.POST).after(request.POST["do"], forms.unbroken(typed["description"]))
    form = JobForm(draft=draft, teams=openings.teams(request.user, job), initial=typed)
    if request.htmx:
        return render(request, "jobs/_criteria.html", {"form": form})
    return _shown(request, form, job)


def _shown(request: Request, form: JobForm, job: Job | None) -> HttpResponse:
    context = {"form": form, "job": job, "seen": _seen(request) or (job and job.current.number)}
    return render(request, "jobs/form.html", context, status=400 if form.errors else 200)


def _seen(request: Request) -> int | None:
    """Return the number of the version that the form was filled with, None if unknown."""
    return ids.parse_id(request.POST.get("seen", "")) or None
