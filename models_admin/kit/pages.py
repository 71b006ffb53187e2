"""What the pages of every app share: who may, where to go back to, and how a refusal is worded."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from models_admin.kit.permissions import Permission

P = ParamSpec("P")


class Request(HttpRequest):
    """A request as every page gets it: signed in (LoginRequiredMiddleware), and told apart from htmx's."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[Request, P], HttpResponseBase]


def needs(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Decorate a view: whoever lacks `permission` gets 403 with its sentence."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            permission.require(request.user)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refused(request: Request, sentence: str, *, status: int) -> HttpResponse:
    """Say `sentence`: to htmx as the answer, which the page shows; without scripts on the page before."""
    if request.htmx:
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    messages.error(request, sentence)
    return back(request)


def back(request: Request) -> HttpResponse:
    """Redirect to the page that the form was on, or to the list of jobs where that is not ours."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect(page if ours else "job-list")
