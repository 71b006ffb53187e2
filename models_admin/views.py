"""The Models page, and the action of the model selector."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from models_admin.access import SWAP
from models_admin.header import read_header
from models_admin.kit.pages import Request, back, needs, refused
from models_admin.overview import read_overview
from models_admin.swaps import wishes


@require_safe
def model_list(request: Request) -> HttpResponse:
    """Show workers, models and swaps to everybody who is signed in."""
    return render(request, "models_admin/models.html", {"overview": read_overview()})


@require_POST
@needs(SWAP)
def swap(request: Request) -> HttpResponse:
    """Request the option `<mode>:<name>`; answer htmx with the new header."""
    mode, _, name = request.POST.get("option", "").partition(":")
    try:
        wish = wishes.make_wish(model_name=name, mode=mode, user=request.user)
    except wishes.WishRefused as refusal:
        return refused(request, str(refusal), status=refusal.status_code)
    if request.htmx:
        return render(request, "models_admin/_header.html", {"header": read_header()})
    words = "Swapping to {}." if wish.swap else "{} is active already."
    messages.success(request, words.format(wish.option.display_name))
    return back(request)
