"""What every page of ours shows above its content."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from models_admin import catalogue


def header(request: HttpRequest) -> dict[str, Any]:
    """Template context: the models as they are now, read only where a template shows them."""
    return {"header": SimpleLazyObject(catalogue.header)}
