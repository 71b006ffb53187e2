"""The site as one ASGI application: pages and API over HTTP, live updates over one WebSocket."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path

from wfc_site.request_size import RequestSize

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfc_site.settings")
pages = get_asgi_application()  # loads the apps, which the import below needs

from wfc_site.live import Live  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": RequestSize(pages, settings.MAX_REQUEST_BYTES),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/live", Live.as_asgi())]))
        ),
    }
)
