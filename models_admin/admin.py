"""Admin pages: the registry to edit; workers, swaps, trials and the audit trail to read."""

from copy import copy
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Field, Model, QuerySet, URLField
from django.forms import CheckboxSelectMultiple, ModelForm, MultipleChoiceField
from django.forms.models import construct_instance
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from models_admin.access import SWAP
from models_admin.kit.admin import ReadOnlyAdmin
from models_admin.models import AuditEvent, EngineRecord, GpuWorker, Mode, ModelConfig, Swap, Trial
from models_admin.present import Present
from models_admin.registry import fitting, options, pages, yaml_file
from models_admin.swaps import trials, wishes


class ModelConfigForm(ModelForm):
    """Refuse a model that cannot fit into the memory of any live worker."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            row = construct_instance(self, copy(self.instance))
            if why := fitting.fit_refusal(row, GpuWorker.objects.live()):
                self.add_error("gpu_memory_utilization", why)
        return said


@admin.register(ModelConfig)
class ModelConfigAdmin(admin.ModelAdmin):
    form = ModelConfigForm
    list_display = ["display_name", "name", "type", "modes", "enabled", "is_default"]
    list_filter = ["type", "provider", "enabled"]
    search_fields = ["name", "display_name"]
    actions = ["swap_to_this_model", "try_these_models", "preload_these_models"]
    formfield_overrides = {URLField: {"assume_scheme": "http"}}  # endpoints are mostly in the same network
    fieldsets = [
        (None, {"fields": ["name", "display_name", "description", "type", "provider", "inference_modes"]}),
        (
            "Use",
            {
                "fields": ["enabled", "is_default", "sleep_level", "pin", "preload", "idle_ttl_s"],
                "description": "Whether it can be chosen, and where its weights stay without the GPU.",
            },
        ),
        (
            "Memory and length",
            {
                "fields": ["gpu_memory_utilization", "max_model_len", "tensor_parallel_size", "engine_args"],
                "description": "What the engine may use. A change reloads the engine at the next swap.",
            },
        ),
        (
            "Answering",
            {
                "description": "How answers are sampled. A change applies from the next résumé.",
                "fields": [
                    "temperature",
                    "top_p",
                    "repetition_penalty",
                    "max_tokens",
                    "thinking_tokens",
                    "reasoning_parser",
                ],
            },
        ),
        ("Weights", {"fields": ["revision", "trust_remote_code"]}),
        ("Endpoint (provider openai)", {"fields": ["base_url", "api_key_env"], "classes": ["collapse"]}),
        ("Keyword rules (type rules)", {"fields": ["rules"], "classes": ["collapse"]}),
    ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        # Read once for all rows of a page, and only if rows are shown.
        present = cast(Present, SimpleLazyObject(Present))

        @admin.display(description="state")
        def state(row: ModelConfig) -> SafeString:
            """Live: `models_admin.live.RegistryTopic` replaces it when it changes."""
            return present.state_html(row)

        return [self.list_display[0], state, *self.list_display[1:]]

    def get_readonly_fields(self, request: HttpRequest, obj: ModelConfig | None = None) -> list[str]:
        """Only a superuser decides whose code is trusted, and for which weights."""
        if request.user.is_superuser:
            return []
        trusted = obj is not None and obj.trust_remote_code
        return ["trust_remote_code", "name", "revision"] if trusted else ["trust_remote_code"]

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "inference_modes":
            return MultipleChoiceField(choices=Mode.choices, widget=CheckboxSelectMultiple, label="Modes")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="modes")
    def modes(self, row: ModelConfig) -> str:
        return ", ".join(Mode(mode).label for mode in row.inference_modes)

    @admin.action(description="Swap to this model", permissions=["swap"])
    def swap_to_this_model(self, request: HttpRequest, rows: QuerySet[ModelConfig]) -> None:
        if len(rows) != 1:
            self.message_user(request, "Choose exactly one model to swap to.", messages.ERROR)
            return
        name, mode = options.name_and_mode(rows[0])
        try:
            wish = wishes.make_wish(model_name=name, mode=mode, user=request.user)
        except wishes.WishRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return
        words = "Swapping to {}." if wish.swap else "{} is active already."
        self.message_user(request, words.format(wish.option.display_name), messages.SUCCESS)

    @admin.action(description="Try: load, check and measure, without swapping", permissions=["swap"])
    def try_these_models(self, request: HttpRequest, rows: QuerySet[ModelConfig]) -> None:
        self._request_trials(
            request, rows, "{} will be tried when no other model is moving. See its state.", keep=False
        )

    @admin.action(description="Preload: make ready for a quick swap", permissions=["swap"])
    def preload_these_models(self, request: HttpRequest, rows: QuerySet[ModelConfig]) -> None:
        self._request_trials(request, rows, "{} will be loaded and kept ready if memory allows.", keep=True)

    def _request_trials(
        self, request: HttpRequest, rows: QuerySet[ModelConfig], words: str, *, keep: bool
    ) -> None:
        for row in rows:
            try:
                trials.request_trial(row, cast(User, request.user), keep=keep)
            except wishes.WishRefused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, words.format(row.display_name), messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        views = [("import", pages.import_page), ("export", pages.export)]
        ours = [
            path(name, self.admin_site.admin_view(page), name=f"models_admin_modelconfig_{name}")
            for name, page in views
        ]
        return [*ours, *super().get_urls()]

    def has_swap_permission(self, request: HttpRequest) -> bool:
        return SWAP.held_by(request.user)

    def save_model(self, request: HttpRequest, obj: ModelConfig, form: ModelForm, change: bool) -> None:
        action = "registry.change" if change else "registry.add"
        yaml_file.save_model(obj, cast(User, request.user), action, fields=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: ModelConfig) -> None:
        yaml_file.delete_model(obj, cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ModelConfig]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


@admin.register(GpuWorker)
class GpuWorkerAdmin(ReadOnlyAdmin):
    list_display = ["name", "status", "model_config", "mode", "device", "host", "heartbeat_at"]
    list_select_related = ["model_config"]


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


@admin.register(Trial)
class TrialAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "model_config",
        "worker",
        "keep",
        "status",
        "reason",
        "seconds",
        "gpu_gib",
        "host_gib",
        "requested_by",
        "requested_at",
    ]
    list_filter = ["status", "worker"]
    list_select_related = ["model_config", "worker", "requested_by"]


@admin.register(EngineRecord)
class EngineRecordAdmin(ReadOnlyAdmin):
    """After a deletion the next load measures again and records its canary as correct."""

    list_display = ["model_config", "gpu_gib", "asleep_gpu_gib", "host_gib", "measured_at", "fingerprint"]
    list_select_related = ["model_config"]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("models_admin.delete_enginerecord")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "action", "subject", "subject_id"]
    list_filter = ["action", "subject"]
    list_select_related = ["actor"]
