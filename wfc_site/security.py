"""Security headers: pages may use scripts, styles and sockets of this site only."""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

STRICT = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Swagger UI needs inline styles and data: images; its scripts are files.
DOCS = {"style-src": "'self' 'unsafe-inline'", "img-src": "'self' data:"}
DOCS_PATH = "/api/docs"
NO_DEVICES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

Answer = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def content_security_policy(get_response: Answer) -> Answer:
    """Add the policy to every response without its own; a résumé's file has a stricter one."""
    if iscoroutinefunction(get_response):

        async def async_middleware(request: HttpRequest) -> HttpResponseBase:
            return _with_policy(request, await get_response(request))

        return async_middleware

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return _with_policy(request, cast(HttpResponseBase, get_response(request)))

    return middleware


def _with_policy(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", csp_header(request))
    response.headers.setdefault("Permissions-Policy", NO_DEVICES)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def csp_header(request: HttpRequest) -> str:
    """Return the header's value. It names the socket because older Safaris read 'self' as http only."""
    rules = STRICT | {"connect-src": f"'self' {_socket_origin(request)}".strip()}
    if request.path == DOCS_PATH:
        rules |= DOCS
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _socket_origin(request: HttpRequest) -> str:
    try:
        host = request.get_host()
    except DisallowedHost:  # the response is a refusal, which opens no socket
        return ""
    return f"{'wss' if request.is_secure() else 'ws'}://{host}"
