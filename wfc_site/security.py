"""What a browser may do with our pages: our own scripts, styles and sockets, and nothing from elsewhere."""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

STRICT = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# The API's documentation page starts itself with an inline script and styles; it shows no personal data.
DOCS = STRICT + "; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'"
DOCS_PATH = "/api/docs"

Answer = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def content_security_policy(get_response: Answer) -> Answer:
    """Add the policy to every answer that does not bring its own, as a document does."""

    def add(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        policy = DOCS if request.path == DOCS_PATH else STRICT
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    if iscoroutinefunction(get_response):

        async def async_middleware(request: HttpRequest) -> HttpResponseBase:
            return add(request, await get_response(request))

        return async_middleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return add(request, cast(HttpResponseBase, get_response(request)))

    return middleware
