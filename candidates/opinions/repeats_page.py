"""Repeat an evaluation from its application's page, and show the repeats live."""

from collections.abc import Collection
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from candidates.access import SCREEN
from candidates.models import Application, Evaluation
from candidates.opinions import repeats, reproductions
from candidates.opinions.reproductions import NotReproducible
from jobs.access import visible_or_404
from models_admin.kit import ids, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.pages import Request, back, needs, refused
from models_admin.kit.topics import NotAllowed


def context(application_id: int) -> dict[str, Any]:
    """Return the context of `candidates/opinions/_repeats.html`: one query."""
    shown = repeats.repeats_of_application(application_id)
    return {
        "repeated": shown,
        "repeats_digest": repeats.digest(shown),
        "times": reproductions.REPEATS,
    }


@require_POST
@needs(SCREEN)
def reproduce(request: Request, evaluation_id: int) -> HttpResponse:
    """Repeat once, or `REPEATS` times with `times=…`; htmx gets the repeats back."""
    evaluation = visible_or_404(Evaluation.objects.all(), request.user, evaluation_id)
    several = request.POST.get("times") == str(reproductions.REPEATS)
    try:
        made = reproductions.reproduce(
            evaluation, request.user, times=reproductions.REPEATS if several else 1
        )
    except NotReproducible as refusal:
        return refused(request, str(refusal), status=409)
    if request.htmx:
        return render(request, "candidates/opinions/_repeats.html", context(evaluation.application_id))
    times = "once" if len(made) == 1 else f"{len(made)} times"
    notes.success(request, f"The evaluation will be repeated {times}. Repeats run alone.")
    return back(request)


class RepeatsTopic:
    """The repeats on an application's page."""

    kinds = frozenset({Report.APPLICATION_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        wanted = ids.parse_id(query.get("application", ""))
        application = Application.objects.visible_to(user).filter(pk=wanted).only("job_id").first()
        if application is None:
            raise NotAllowed
        self._pk = application.pk
        self.groups = [messages.job_group(application.job_id)]
        self._shown = ""

    def snapshot(self) -> list[str]:
        self._shown = ""
        return self._fresh()

    def after(self, changes: Collection[Message]) -> list[str]:
        """Ignore changes of the job's other applications."""
        return self._fresh() if any(change.id == self._pk for change in changes) else []

    def _fresh(self) -> list[str]:
        now = context(self._pk)
        if now["repeats_digest"] == self._shown:
            return []
        self._shown = now["repeats_digest"]
        return [render_to_string("candidates/opinions/_repeats.html", now)]
