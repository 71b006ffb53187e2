"""The registry as operators edit it, and what the workers did, to read."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.safestring import SafeString

from models_admin import audit, catalogue, options, wishes
from models_admin import messages as channel
from models_admin.messages import Message, Report
from models_admin.models import AuditEvent, GpuWorker, Mode, ModelConfig, Swap
from models_admin.publishing import publish


@admin.register(ModelConfig)
class ModelConfigAdmin(admin.ModelAdmin):
    list_display = ["display_name", "name", "type", "modes", "enabled", "state"]
    list_filter = ["type", "provider", "enabled"]
    search_fields = ["name", "display_name"]
    actions = ["swap_to_this_model"]
    fieldsets = [
        (None, {"fields": ["name", "display_name", "description", "type", "provider", "inference_modes"]}),
        ("Use", {"fields": ["enabled", "is_default", "pin", "preload", "idle_ttl_s"]}),
        (
            "Memory and length",
            {"fields": ["gpu_memory_utilization", "max_model_len", "tensor_parallel_size"]},
        ),
        (
            "Answering",
            {
                "fields": [
                    "temperature",
                    "top_p",
                    "repetition_penalty",
                    "max_tokens",
                    "thinking_tokens",
                    "reasoning_parser",
                ]
            },
        ),
        ("Weights", {"fields": ["revision", "trust_remote_code"]}),
        ("Endpoint (provider openai)", {"fields": ["base_url", "api_key_env"], "classes": ["collapse"]}),
        ("Keyword rules (type rules)", {"fields": ["rules"], "classes": ["collapse"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: ModelConfig | None = None) -> list[str]:
        return [] if request.user.is_superuser else ["trust_remote_code"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        self._present = catalogue.Present()  # read once for all rows
        return super().changelist_view(request, extra_context)

    @admin.display(description="modes")
    def modes(self, row: ModelConfig) -> str:
        return ", ".join(Mode(mode).label for mode in row.inference_modes if mode in Mode.values)

    @admin.display(description="state")
    def state(self, row: ModelConfig) -> SafeString:
        """Live: `models_admin.live.RegistryTopic` replaces it whenever the workers say something new."""
        return self._present.state_html(row)

    @admin.action(description="Swap to this model", permissions=["swap"])
    def swap_to_this_model(self, request: HttpRequest, rows: QuerySet[ModelConfig]) -> None:
        if rows.count() != 1:
            self.message_user(request, "Choose exactly one model to swap to.", messages.ERROR)
            return
        for option in options.offered(rows):
            self._wish(request, option)
            return
        row = rows[0]
        why = (
            "it is disabled"
            if not row.enabled
            else "a parser serves only in a pair: choose the pair in the header"
        )
        self.message_user(request, f"{row} cannot be swapped to: {why}.", messages.ERROR)

    def has_swap_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("models_admin.swap_model")

    def _wish(self, request: HttpRequest, option: options.Option) -> None:
        try:
            wish = wishes.wish(model_name=option.name, mode=option.mode, user=request.user)
        except wishes.WishRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return
        words = "Swapping to {}." if wish.swap else "{} serves already."
        self.message_user(request, words.format(option.display_name), messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: ModelConfig, form: ModelForm, change: bool) -> None:
        if obj.is_default:
            ModelConfig.objects.exclude(pk=obj.pk).update(is_default=False)
        super().save_model(request, obj, form, change)
        self._note(
            request.user, obj, "registry.change" if change else "registry.add", fields=form.changed_data
        )

    def delete_model(self, request: HttpRequest, obj: ModelConfig) -> None:
        self._note(request.user, obj, "registry.delete")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ModelConfig]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    @staticmethod
    def _note(user: Any, obj: ModelConfig, action: str, **details: Any) -> None:
        audit.record(action, obj, user if isinstance(user, User) else None, **details)
        publish(channel.MODELS, Message(type=Report.REGISTRY_CHANGED, id=obj.pk))


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that processes write: people read them here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(GpuWorker)
class GpuWorkerAdmin(ReadOnlyAdmin):
    list_display = ["name", "status", "model_config", "mode", "device", "host", "heartbeat_at"]


@admin.register(Swap)
class SwapAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "model_config",
        "mode",
        "phase",
        "reason",
        "requested_by",
        "requested_at",
        "ended_at",
    ]
    list_filter = ["phase", "worker"]
    list_select_related = ["model_config", "requested_by"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "subject", "subject_id"]
    list_filter = ["action", "subject"]
    list_select_related = ["actor"]
