"""The page of one application: its verdict, decisions and document. Deciding on it."""

from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from candidates import table
from candidates.access import DECIDE
from candidates.deciding import decisions
from candidates.deciding.forms import DecisionForm
from candidates.models.reasons import REASONS
from candidates.opinions import repeats_page
from candidates.pages import dossier
from candidates.pages.views import visible_application
from candidates.table import Listing
from jobs.models import Job
from models_admin.kit.pages import Request, back, needs, refused


@require_safe
def application_page(request: Request, application_id: int) -> HttpResponse:
    """Show the application. `candidates.pages.live.ApplicationTopic` keeps its live parts up to date."""
    visible_application(request, application_id)
    found = _dossier_or_404(application_id)
    context = {
        "application": found.application,
        "job": found.job,
        "parts": dossier.fragments(found),
        "reasons": REASONS,
    }
    context |= repeats_page.context(application_id) | _neighbours(request, found)
    return render(request, "candidates/pages/application.html", context)


@require_POST
@needs(DECIDE)
def decide(request: Request, application_id: int) -> HttpResponse:
    """Decide. htmx gets the row of the table, or all parts if it asks from the application's own page."""
    application = visible_application(request, application_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return refused(request, form.sentence, status=400)
    decisions.decide(application, **form.cleaned_data, user=request.user)
    if not request.htmx:
        return back(request)
    if request.POST.get("on") == "page":
        return HttpResponse("".join(dossier.fragments(_dossier_or_404(application_id)).values()))
    return render(request, "candidates/table/_application.html", {"application": table.row(application.pk)})


def _neighbours(request: Request, found: dossier.Dossier) -> dict[str, object]:
    """Return the applications before and after it in the table that it was opened from.

    The query string names that table; without one, the Referer does. So the HTML of a row is the same for
    everybody, and a link that is passed on keeps its table.
    """
    query = request.GET or _query_of(request.headers.get("Referer", ""), found.job)
    shown = Listing.from_query(found.job.pk, query).first_page
    before, after = table.neighbours(shown, found.application)
    return {"before": before, "after": after, "query": shown.query}


def _query_of(page: str, job: Job) -> QueryDict:
    """Return the query string of `page` if it is the page of `job`, else an empty one."""
    try:
        address = urlsplit(page)
    except ValueError:  # not a URL
        return QueryDict()
    return QueryDict(address.query if address.path == reverse("job-page", args=[job.pk]) else "")


def _dossier_or_404(application_id: int) -> dossier.Dossier:
    found = dossier.read_dossier(application_id)
    if found is None:
        raise Http404("This application no longer exists.")
    return found
