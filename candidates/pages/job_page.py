"""The page of a job: its table of candidates, the state of its files, and the upload form."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from candidates import table
from candidates.blind import fairness_page
from candidates.models import Application, DecisionOrder, OutcomeOrder
from candidates.opinions import screening_live
from candidates.table import SORTS, Listing, Sort
from candidates.uploads import ledger, open_uploads
from jobs.access import visible_job
from jobs.models import Job
from models_admin.kit.pages import Request
from models_admin.models import Mode, ModelConfig

COLUMNS = (
    ("name", "Candidate"),
    ("outcome", "Verdict"),
    ("", "Reason"),
    ("model", "Model"),
    ("decision", "Decision"),
)


@require_safe
@vary_on_headers("HX-Request")
def job_page(request: Request, job_id: int) -> HttpResponse:
    """Show a job's candidates. `candidates.pages.live.JobTopic` keeps its live parts up to date.

    When a filter changes, htmx asks for the table alone.
    """
    job = visible_job(request.user, job_id)
    shown = Listing.from_query(job.pk, request.GET)
    if request.htmx and request.htmx.target == "listing":
        answer = render(request, "candidates/table/_listing.html", table_context(job, shown))
        answer["HX-Push-Url"] = f"{request.path}?{shown.query}" if shown.query else request.path
        return answer
    items = ledger.listed_items(job)
    context = table_context(job, shown) | {
        "items": items,
        "counts": ledger.counts_of_job(job),
        "uploads": open_uploads.find_open_uploads(job),
        "max_file_mib": settings.MAX_FILE_BYTES // 2**20,
        "max_zip_mib": settings.MAX_ZIP_BYTES // 2**20,
        "choices": choices(job),
    }
    context |= screening_live.context(job) | fairness_page.card(job)
    return render(request, "candidates/pages/job.html", context)


def table_context(job: Job, shown: Listing) -> dict[str, Any]:
    """Return the context of `candidates/table/_listing.html`."""
    page = table.page(shown)
    newest = Application.objects.filter(job=job).order_by("-pk").values_list("pk", flat=True).first()
    return {
        "seen": newest or 0,
        "job": job,
        "listing": shown,
        "applications": page.rows,
        "page": page,
        "count": table.count(shown),
        "invalid_count": table.invalid_count(job.pk),
        "headings": [_heading(shown, key, words) for key, words in COLUMNS],
        "sorts": SORTS.values(),
    }


def _heading(shown: Listing, key: str, words: str) -> dict[str, Any]:
    """Return a column's heading: its present order, and the query string of a click on it."""
    if not key:
        return {"words": words, "query": None}
    up, down = SORTS[key], SORTS[f"-{key}"]
    now: Sort = shown.sort
    order = {up.key: "ascending", down.key: "descending"}.get(now.key, "")
    return {"words": words, "order": order, "query": shown.sorted_by(down if now is up else up).query}


def choices(job: Job) -> dict[str, Any]:
    """Return the choices of the filters. Only models with an evaluation in this job are offered."""
    of_model = Application.objects.filter(job=job, by_model=OuterRef("pk")).order_by()
    return {
        "outcomes": OutcomeOrder.labels,
        "decisions": DecisionOrder.labels,
        "modes": Mode.choices,
        "models": ModelConfig.objects.filter(Exists(of_model)).order_by("display_name"),
    }
