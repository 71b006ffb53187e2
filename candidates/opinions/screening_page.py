"""Screen résumés again in three steps: choose a model, confirm, queue."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candidates.access import SCREEN
from candidates.models import Screening
from candidates.opinions import screening_progress, screenings
from candidates.opinions.scopes import Scope, Which
from candidates.opinions.screenings import Asked
from jobs.access import visible_job, visible_or_404
from models_admin.kit.pages import Request, back, needs, refused
from models_admin.models import Mode
from models_admin.present import Choice, Present
from models_admin.registry.options import NO_WORKER, Option
from models_admin.swaps import wishes
from models_admin.swaps.wishes import WishRefused

MOST_COUNTED = 1000  # stale verdicts; the confirmation counts all of them
BEFORE = "before"  # the model that each stale verdict came from
MAY_ASK = needs(SCREEN)


@require_http_methods(["GET", "HEAD", "POST"])
@MAY_ASK
def screen(request: Request, job_id: int) -> HttpResponse:
    """Show the choice (GET without `option`) or the confirmation (GET with it), or queue (POST)."""
    job = visible_job(request.user, job_id)
    sent = request.POST if request.method == "POST" else request.GET
    scope, named = Scope.from_query(job, sent), sent.get("option", "")
    if named == BEFORE:
        scope = Scope(job=job, which=Which.STALE)
    if scope.which is Which.ONE and not scope.applications(request.user).exists():
        raise Http404("This job has no such application.")
    try:
        option = None if named in ("", BEFORE) else wishes.find_option(*_parts(named))
        if request.method == "POST":
            messages.success(request, _words(_ask(request, scope, option)))
            return _home(scope)
        if not named:
            return render(request, "candidates/opinions/screen.html", _choice(request, scope))
        return render(
            request,
            "candidates/opinions/screen_confirm.html",
            _foreseen(request, scope, option) | {"option_key": named},
        )
    except WishRefused as refusal:
        context = _choice(request, scope) | {"refusal": str(refusal)}
        return render(request, "candidates/opinions/screen.html", context, status=refusal.status_code)


def _parts(named: str) -> tuple[str, str]:
    """Return name and mode of "one_shot:acme/reader"."""
    mode, _, name = named.partition(":")
    return name, mode


def _ask(request: Request, scope: Scope, option: Option | None) -> Asked:
    if option is None:
        return screenings.bring_up_to_date(scope.job, request.user)
    return screenings.screen_again(scope.job, scope.applications(request.user), option, request.user)


def _words(asked: Asked) -> str:
    return str(asked) if asked.made else f"Nothing was queued. {asked}"


def _home(scope: Scope) -> HttpResponse:
    """Redirect to the page that the request came from."""
    if scope.which is Which.ONE:
        return redirect("application-page", scope.application_id)
    return redirect("job-page", scope.job.pk)


def _choice(request: Request, scope: Scope) -> dict[str, object]:
    present = Present()
    choices = [present.choice(option) for option in present.offered]
    shown = Scope(job=scope.job, which=Which.SHOWN, filter=scope.filter)
    return {
        "job": scope.job,
        "scope": scope,
        "total": Scope(job=scope.job).applications(request.user).count(),
        "shown": shown.applications(request.user).count() if scope.filter else None,
        "stale": screenings.stale_applications(scope.job).count(),
        "modes": [
            (mode.label, [(choice, _may_wait(choice)) for choice in choices if choice.mode == mode])
            for mode in Mode
        ],
    }


def _may_wait(choice: Choice) -> bool:
    """Whether it can be asked for: without a running worker evaluations wait for one."""
    return choice.available or choice.reason == NO_WORKER


def _foreseen(request: Request, scope: Scope, option: Option | None) -> dict[str, object]:
    if option is None:
        foreseen = Asked(made=screenings.stale_applications(scope.job).count())
    else:
        foreseen = screenings.foresee(scope.job, scope.applications(request.user), option)
    offline = not Present().workers
    return {"job": scope.job, "scope": scope, "option": option, "foreseen": foreseen, "offline": offline}


@require_safe
def stale_count(request: Request, job_id: int) -> HttpResponse:
    """Count what is out of date, up to `MOST_COUNTED`; the job's page asks after it has loaded."""
    job = visible_job(request.user, job_id)
    count = screenings.stale_applications(job).values("pk")[: MOST_COUNTED + 1].count()
    return render(
        request, "candidates/opinions/_stale_count.html", {"job": job, "count": count, "most": MOST_COUNTED}
    )


@require_POST
@MAY_ASK
def cancel(request: Request, screening_id: int) -> HttpResponse:
    """Cancel what is queued; htmx gets the line back."""
    rows = Screening.objects.select_related("model_config", "parser", "asked_by")
    screening = visible_or_404(rows, request.user, screening_id)
    count = screenings.cancel(screening, request.user)
    if not count:
        return refused(request, "Nothing in it is queued any more.", status=409)
    if request.htmx:
        context = {"progress": screening_progress.progress_of(screening), "job": screening.job}
        return render(request, "candidates/opinions/_screening.html", context)
    messages.success(request, f"{count} cancelled.")
    return back(request)
