"""The page of a job's files by state, with reasons. The counts on the job's page link to it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candidates.uploads import ledger
from jobs.access import visible_job
from models_admin.kit.pages import Request

PAGE_ROWS = 100


@require_safe
def ledger_page(request: Request, job_id: int) -> HttpResponse:
    """Show the files, newest first, with keyset pagination: `?state=duplicate&before=123`."""
    job = visible_job(request.user, job_id)
    view = ledger.LedgerView.from_query(request.GET)
    items = ledger.page_items(job, view, PAGE_ROWS + 1)
    context = {
        "job": job,
        "view": view,
        "choices": ledger.GROUPS,
        "items": items[:PAGE_ROWS],
        "counts": ledger.counts_of_job(job),
        "older": items[PAGE_ROWS - 1].pk if len(items) > PAGE_ROWS else None,
    }
    return render(request, "candidates/uploads/ledger.html", context)
