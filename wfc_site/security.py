"""Security headers: pages may use scripts, styles and sockets of this site only."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest

from wfc_site.answer_headers import adding

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


def _headers(request: HttpRequest) -> dict[str, str]:
    return {
        "Content-Security-Policy": csp_header(request),
        "Permissions-Policy": NO_DEVICES,
        "X-Content-Type-Options": "nosniff",
    }


# A résumé's file brings a stricter policy of its own.
content_security_policy = adding(_headers)


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
