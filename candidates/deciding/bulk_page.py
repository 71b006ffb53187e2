"""The page that decides on many candidates at once, after a question that counts them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from candidates import table
from candidates.access import DECIDE
from candidates.deciding import bulk
from candidates.deciding.forms import DecisionForm
from candidates.models import Application, ApplicationQuerySet, Decision, reasons
from candidates.table import Listing
from jobs.access import visible_job
from jobs.models import Job
from models_admin.kit import ids
from models_admin.kit.pages import Request, needs, refused

MOST_NAMED = 1_000  # rows selected one by one; more than a page shows


@dataclass(frozen=True, kw_only=True)
class Action:
    """A decision in words: the button says `verb` 3 `rest`, the message afterwards `done`."""

    verb: str
    done: str
    rest: str = ""


ACTIONS = {
    "Accepted": Action(verb="Accept", done="accepted"),
    "Rejected": Action(verb="Reject", done="rejected"),
    "Pending": Action(verb="Set", rest=" to Pending", done="set to Pending"),
}


@require_POST
@needs(DECIDE)
def decide_many(request: Request, job_id: int) -> HttpResponse:
    """Ask with a count, then decide. If the count has changed by then, ask again."""
    job = visible_job(request.user, job_id)
    shown = Listing.from_query(job.pk, QueryDict(request.POST.get("listing", ""))).first_page
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return refused(request, form.sentence, status=400)
    fields = {name: form.cleaned_data[name] for name in ("status", "reason", "note")}
    chosen = _chosen(request.POST, job, shown)
    if chosen is None:
        return refused(request, "Select at least one candidate.", status=400)
    count = bulk.undecided(chosen, fields["status"]).count()
    if request.POST.get("count") != str(count):
        return _question(request, job, shown, fields, chosen, count)
    done = bulk.decide(chosen, user=request.user, seen=form.cleaned_data["seen"], **fields)
    words = "candidate" if done == 1 else "candidates"
    messages.success(request, f"{done:,} {words} {ACTIONS[fields['status']].done}.")
    query = f"?{shown.query}" if shown.query else ""
    address = f"{reverse('job-page', args=[job.pk])}{query}"
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)


def _chosen(sent: QueryDict, job: Job, shown: Listing) -> ApplicationQuerySet | None:
    """Return the selected rows, or all that matched when the question was asked; None if none is selected."""
    if sent.get("all") == "1":
        found = table.matching(shown)
        return found.filter(pk__lte=upto) if (upto := ids.parse_id(sent.get("upto", ""))) else found
    pks = [pk for pk in map(ids.parse_id, sent.getlist("application")) if pk]
    if not pks:
        return None
    return Application.objects.filter(job=job, pk__in=pks[:MOST_NAMED]).order_by()


def _question(
    request: Request,
    job: Job,
    shown: Listing,
    fields: dict[str, Any],
    chosen: ApplicationQuerySet,
    count: int,
) -> HttpResponse:
    every = request.POST.get("all") == "1"
    newest = Application.objects.filter(job=job).order_by("-pk").values_list("pk", flat=True).first()
    context = {
        "job": job,
        "listing": shown,
        "said": fields,
        "action": ACTIONS[fields["status"]],
        "count": count,
        "already": chosen.count() - count,
        "asked_before": "count" in request.POST,
        "all": every,
        "seen": Decision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "upto": request.POST.get("upto") or newest or 0,
        "named": [] if every else list(chosen.values_list("pk", flat=True)),
        "reasons": reasons.REASONS[fields["status"]],
    }
    name = "candidates/deciding/_decide_many.html" if request.htmx else "candidates/deciding/decide_many.html"
    return render(request, name, context)
