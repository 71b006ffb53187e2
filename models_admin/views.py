"""The page of the models, and the model selector's one action."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from models_admin import catalogue, overview
from models_admin.access import SWAP
from models_admin.kit.pages import Request, back, needs, refused
from models_admin.swaps import wishes


@require_safe
def model_list(request: Request) -> HttpResponse:
    """What the workers hold, what can be chosen and what swaps took: for everybody who is signed in."""
    return render(request, "models_admin/models.html", {"overview": overview.read()})


@require_POST
@needs(SWAP)
def swap(request: Request) -> HttpResponse:
    """Wish for the option `<mode>:<name>`; htmx gets the header as it is then."""
    mode, _, name = request.POST.get("option", "").partition(":")
    try:
        wish = wishes.wish(model_name=name, mode=mode, user=request.user)
    except wishes.WishRefused as refusal:
        return refused(request, str(refusal), status=refusal.status_code)
    if request.htmx:
        return render(request, "models_admin/_header.html", {"header": catalogue.header()})
    words = "Swapping to {}." if wish.swap else "{} serves already."
    messages.success(request, words.format(wish.option.display_name))
    return back(request)
