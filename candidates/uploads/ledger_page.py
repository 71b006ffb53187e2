"""The files of a job by what became of them, with their reasons: what the sums on its page lead to."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candidates.uploads import ledger
from jobs.access import visible_job
from models_admin.kit.pages import Request

PAGE_ROWS = 100


@require_safe
def ledger_page(request: Request, job_id: int) -> HttpResponse:
    """Newest first, a page at a time by keyset: `?state=duplicate&before=123`."""
    job = visible_job(request.user, job_id)
    kept = ledger.Kept.from_query(request.GET)
    items = ledger.page(job, kept, PAGE_ROWS + 1)
    context = {
        "job": job,
        "kept": kept,
        "choices": ledger.GROUPS,
        "items": items[:PAGE_ROWS],
        "counts": ledger.of_job(job),
        "older": items[PAGE_ROWS - 1].pk if len(items) > PAGE_ROWS else None,
    }
    return render(request, "candidates/uploads/ledger.html", context)
