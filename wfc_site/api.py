"""The REST API's addresses, and how it words errors: always `{"detail": a sentence}`."""

from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.db import connection
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

import candidates.api
import jobs.api
import models_admin.api
from models_admin import catalogue
from models_admin.serializers import Detail

RIGHTS = [
    "jobs.add_job",
    "jobs.change_job",
    "candidates.add_uploaditem",
    "candidates.add_decision",
    "models_admin.swap_model",
]


def sentence(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal becomes one sentence under `detail`."""
    if isinstance(error, TooManyFilesSent):
        error = ValidationError("Send at most 500 files in one request, or one by one to /api/batches.")
    response = exception_handler(error, context)
    if response is not None:
        response.data = {"detail": " ".join(_words(response.data))}
    return response


def _words(data: Any, field: str = "") -> list[str]:
    if isinstance(data, dict):
        own = ("detail", "non_field_errors")
        return [word for key, value in data.items() for word in _words(value, "" if key in own else str(key))]
    if isinstance(data, list):
        return [word for value in data for word in _words(value, field)]
    text = str(data) if isinstance(data, ErrorDetail) else repr(data)
    return [f"{field}: {text}" if field else text]


class SiteStatus(serializers.Serializer[object]):
    status = serializers.CharField()
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
        """That the site answers, and how the models are."""
        return Response({"status": "running", "models": catalogue.status()})


class HealthView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(operation_id="health", responses={200: SiteHealth, 503: SiteHealth}, auth=[])
    def get(self, request: Request) -> Response:
        """Whether the site and its database answer; open to probes."""
        try:
            connection.ensure_connection()
        except Exception:  # whatever the driver calls it
            return Response({"status": "unhealthy"}, status=503)
        return Response({"status": "healthy"})


class UserView(APIView):
    @extend_schema(operation_id="user", responses={200: UserShape, 401: Detail})
    def get(self, request: Request) -> Response:
        """Who you are to wfc, and what you may do."""
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
    path("", include(candidates.api)),
    path("models/", include(models_admin.api)),
    path("status", StatusView.as_view(), name="api-status"),
    path("health", HealthView.as_view(), name="api-health"),
    path("user", UserView.as_view(), name="api-user"),
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
