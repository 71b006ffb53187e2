"""The selector's one button."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from models_admin import catalogue, wishes


@require_POST
@permission_required("models_admin.swap_model", raise_exception=True)
def swap(request: HttpRequest) -> HttpResponse:
    """Wish for a model; htmx gets the header as it is then, a plain form its page again with a message."""
    status, words, level = 200, "", messages.SUCCESS
    try:
        wish = wishes.wish(
            model_name=request.POST.get("model_name", ""),
            mode=request.POST.get("inference_mode", ""),
            user=request.user,
        )
    except wishes.WishRefused as refusal:
        status, words, level = refusal.status_code, str(refusal), messages.ERROR
    else:
        verb = "Swapping to" if wish.swap else "Already serving:"
        words = f"{verb} {wish.option.display_name}."
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        said = {"header": catalogue.header(), "refused": words if status != 200 else ""}
        return render(request, "models_admin/_header.html", said)
    messages.add_message(request, level, words)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    page = request.META.get("HTTP_REFERER", "")
    ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if ours else "/"
