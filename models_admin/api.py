"""`/api/models/*`: the choices, the status, and the swap."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from models_admin import catalogue
from models_admin.access import SWAP
from models_admin.kit.shapes import Detail
from models_admin.present import IDLE, SWAPPING
from models_admin.shapes import Available, Health, ModelsStatus, Swapping, Wished
from models_admin.swaps import wishes

REFUSALS = dict.fromkeys((400, 401, 403, 404, 409, 503), Detail)


class AvailableView(APIView):
    @extend_schema(responses={200: Available, 401: Detail}, operation_id="models_available")
    def get(self, request: Request) -> Response:
        """List the models that can be chosen, by mode."""
        return Response(catalogue.available_models())


class StatusView(APIView):
    @extend_schema(responses={200: ModelsStatus, 401: Detail}, operation_id="models_status")
    def get(self, request: Request) -> Response:
        """Show the active model, the running swap, the queue and the workers."""
        return Response(catalogue.models_status())


class HealthView(APIView):
    @extend_schema(responses={200: Health, 401: Detail, 503: Health}, operation_id="models_health")
    def get(self, request: Request) -> Response:
        """Healthy while a worker serves or swaps; else 503."""
        status: dict[str, Any] = catalogue.models_status()
        healthy = status["status"] in (IDLE, SWAPPING)
        body = {"status": "healthy" if healthy else "unhealthy", "detail": status["detail"]}
        return Response(body, status=200 if healthy else 503)


class SwapView(APIView):
    @extend_schema(
        request=Wished, responses={200: Swapping, 202: Swapping, **REFUSALS}, operation_id="models_swap"
    )
    def post(self, request: Request) -> Response:
        """Make a model or pair active: 202 when a swap is under way, 200 if it is active already."""
        SWAP.require(request.user)
        wished = Wished(data=request.data)
        wished.is_valid(raise_exception=True)
        try:
            granted = wishes.make_wish(
                model_name=wished.validated_data["model_name"],
                mode=wished.validated_data["inference_mode"],
                user=request.user,
            )
        except wishes.WishRefused as refusal:
            return Response({"detail": str(refusal)}, status=refusal.status_code)
        body = {
            "status": "swapping" if granted.swap else "active",
            "target_model": granted.option.name,
            "inference_mode": granted.option.mode.value,
            "eta_seconds": granted.swap.eta_seconds if granted.swap else 0,
            "swap_id": granted.swap.pk if granted.swap else None,
        }
        return Response(body, status=202 if granted.swap else 200)


urlpatterns = [
    path("available", AvailableView.as_view(), name="api-models-available"),
    path("status", StatusView.as_view(), name="api-models-status"),
    path("health", HealthView.as_view(), name="api-models-health"),
    path("swap", SwapView.as_view(), name="api-models-swap"),
]
