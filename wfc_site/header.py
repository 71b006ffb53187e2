"""What every page of ours shows above its content."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from models_admin import catalogue


def header(request: HttpRequest) -> dict[str, Any]:
    """Template context: the models as they are now, read only where a template shows them to somebody."""
    user = getattr(request, "user", None)  # an error page may be made before anybody is known
    if user is None or not user.is_authenticated or _in_admin(request):
        return {}
    return {"header": SimpleLazyObject(catalogue.header)}


def _in_admin(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.app_name == "admin"
