"""The URLs of the REST API, and its errors: always `{"detail": a sentence}`."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from redis import Redis, RedisError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

import candidates.blind.fairness_page
import candidates.deciding.bulk_api
import candidates.opinions.api
import candidates.pages.api
import jobs.api
import models_admin.api
from models_admin import catalogue
from models_admin.kit.shapes import Detail

RIGHTS = [
    "jobs.add_job",
    "jobs.change_job",
    "candidates.add_uploaditem",
    "candidates.add_decision",
    "candidates.add_evaluation",
    "models_admin.swap_model",
]


# Django's refusals of a form, which DRF does not handle.
FORM_REFUSALS: dict[type[Exception], str] = {
    TooManyFilesSent: f"Send at most {settings.DATA_UPLOAD_MAX_NUMBER_FILES} files in one request, "
    "or one by one to /api/batches.",
    TooManyFieldsSent: "The form has too many fields.",
    RequestDataTooBig: "The form's text is too long.",
    MultiPartParserError: "The form is damaged: its parts cannot be separated.",
}
LONGEST_ECHO = 100
REDIS_LIMIT_S = 1


def handle_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn every refusal into one sentence under `detail`, as DRF's exception handler."""
    if words := FORM_REFUSALS.get(type(error)):
        error = ValidationError(words)
    response = exception_handler(error, context)
    if response is not None:
        words = " ".join(_words(response.data))
        response.data = {
            "detail": words.encode(errors="replace").decode()
        }  # a broken character may be echoed
    return response


def _words(data: Any, field: str = "") -> list[str]:
    if isinstance(data, dict):
        own = ("detail", "non_field_errors")
        return [
            word for key, value in data.items() for word in _words(value, field if key in own else str(key))
        ]
    if isinstance(data, list):
        return [word for value in data for word in _words(value, field)]
    text = str(data) if isinstance(data, ErrorDetail) else repr(data)
    return [f"{field}: {text}" if field else text]


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest) -> JsonResponse:
    """Answer unknown API paths with JSON, not an HTML page."""
    said = f"There is nothing at {request.path[:LONGEST_ECHO]}: see /api/docs."
    return JsonResponse({"detail": said}, status=404)


class SiteStatus(serializers.Serializer[object]):
    status = serializers.CharField()
    redis = serializers.BooleanField(help_text="Without it, live updates are late; nothing is lost.")
    models = serializers.DictField()


class SiteHealth(serializers.Serializer[object]):
    status = serializers.ChoiceField(["healthy", "unhealthy"])


class UserShape(serializers.Serializer[object]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    groups = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())


class StatusView(APIView):
    @extend_schema(operation_id="status", responses={200: SiteStatus, 401: Detail})
    def get(self, request: Request) -> Response:
        """Show that the site answers, and the status of the models."""
        return Response({"status": "running", "redis": redis_answers(), "models": catalogue.models_status()})


def redis_answers() -> bool:
    limits = {"socket_timeout": REDIS_LIMIT_S, "socket_connect_timeout": REDIS_LIMIT_S}
    try:
        with Redis.from_url(settings.REDIS_URL, **limits) as server:
            return bool(server.ping())
    except RedisError:
        return False


class HealthView(APIView):
    authentication_classes = []  # a session or a token would need the database that this checks
    permission_classes = [AllowAny]

    @extend_schema(operation_id="health", responses={200: SiteHealth, 503: SiteHealth}, auth=[])
    def get(self, request: Request) -> Response:
        """Check that the site and its database answer. Needs no sign-in."""
        try:
            with connection.cursor() as cursor:  # an open connection may be dead
                cursor.execute("SELECT 1")
        except DatabaseError:
            return Response({"status": "unhealthy"}, status=503)
        return Response({"status": "healthy"})


class UserView(APIView):
    @extend_schema(operation_id="user", responses={200: UserShape, 401: Detail})
    def get(self, request: Request) -> Response:
        """Show your account and your permissions."""
        user = request.user
        return Response(
            {
                "id": user.pk,
                "username": user.get_username(),
                "groups": list(user.groups.values_list("name", flat=True)),
                "permissions": [right for right in RIGHTS if user.has_perm(right)],
            }
        )


urlpatterns = [
    path("", include(jobs.api)),
    path("", include(candidates.pages.api)),
    path("", include(candidates.deciding.bulk_api)),
    path("", include(candidates.opinions.api)),
    path("", include(candidates.blind.fairness_page)),
    path("models/", include(models_admin.api)),
    path("status", StatusView.as_view(), name="api-status"),
    path("health", HealthView.as_view(), name="api-health"),
    path("user", UserView.as_view(), name="api-user"),
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    re_path("", not_found),
]
