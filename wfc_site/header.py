"""The template context of the header that every page shows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from models_admin.header import read_header


def header(request: HttpRequest) -> dict[str, Any]:
    """Add the models as they are now; they are read only if a template shows them."""
    user = getattr(request, "user", None)  # an error page may be rendered before authentication
    if user is None or not user.is_authenticated or _in_admin(request):
        return {}
    return {"header": SimpleLazyObject(read_header)}


def _in_admin(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.app_name == "admin"
