"""What the pages of all apps share: permissions, refusals and redirects."""

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
    """A request as every page gets it: signed in (LoginRequiredMiddleware) and marked if it is from htmx."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[Request, P], HttpResponseBase]


def needs(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Decorate a view: without `permission` the answer is 403 with its refusal."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            permission.require(request.user)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refused(request: Request, sentence: str, *, status: int) -> HttpResponse:
    """Answer htmx with `sentence`; without scripts, show it on the previous page."""
    if request.htmx:
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    messages.error(request, sentence)
    return back(request)


def back(request: Request) -> HttpResponse:
    """Redirect to the page that the form was on; to the list of jobs if that is not one of ours."""
    page = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect(page if ours else "job-list")
