"""The shapes of `/api/models/*`. Field names are kept for older clients."""

from rest_framework import serializers

from models_admin.models import Mode


class ModelChoice(serializers.Serializer[object]):
    name = serializers.CharField()
    display_name = serializers.CharField()
    type = serializers.CharField(help_text="The model's type, or hybrid_combination.")
    max_model_len = serializers.IntegerField(required=False, allow_null=True)
    vision_model = serializers.CharField(required=False)
    reasoning_model = serializers.CharField(required=False)
    available = serializers.BooleanField(help_text="Whether it can run here.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it cannot run here, else empty.")
    residency = serializers.ChoiceField(["gpu", "host", "disk"], allow_null=True)
    eta_seconds = serializers.FloatField(allow_null=True)


class ModeModels(serializers.Serializer[object]):
    display_name = serializers.CharField()
    description = serializers.CharField()
    hover_text = serializers.CharField()
    models = serializers.DictField(child=ModelChoice())


class InferenceModes(serializers.Serializer[object]):
    one_shot = ModeModels()
    hybrid = ModeModels()


class Available(serializers.Serializer[object]):
    inference_modes = InferenceModes()
    current_mode = serializers.ChoiceField(Mode.values, allow_null=True)
    current_model = serializers.CharField(allow_null=True)


class EngineMemory(serializers.Serializer[object]):
    gpu_gib = serializers.FloatField(help_text="While awake.")
    host_gib = serializers.FloatField(help_text="In host memory, while asleep.")


class WorkerMemory(serializers.Serializer[object]):
    """GiB (2**30 bytes). On a machine without a GPU, "gpu" means awake in host memory."""

    gpu_budget_gib = serializers.FloatField()
    gpu_held_gib = serializers.FloatField()
    host_budget_gib = serializers.FloatField()
    host_held_gib = serializers.FloatField()
    engines = serializers.DictField(child=EngineMemory(), help_text="By the model's id in the registry.")


class WorkerStatus(serializers.Serializer[object]):
    name = serializers.CharField()
    status = serializers.CharField()
    device = serializers.CharField()
    current_model = serializers.CharField(allow_null=True)
    heartbeat_age_seconds = serializers.FloatField()
    memory = WorkerMemory(allow_null=True, help_text="Null until the worker has measured it.")


class ModelsStatus(serializers.Serializer[object]):
    current_model = serializers.CharField(allow_null=True)
    inference_mode = serializers.ChoiceField(Mode.values, allow_null=True)
    status = serializers.ChoiceField(["idle", "swapping", "offline", "error"])
    detail = serializers.CharField()
    swap_id = serializers.IntegerField(allow_null=True)
    phase = serializers.CharField(allow_null=True)
    progress = serializers.FloatField(allow_null=True, help_text="0 to 1.")
    eta_seconds = serializers.FloatField(allow_null=True)
    phase_seconds = serializers.DictField(
        child=serializers.FloatField(), allow_null=True, help_text="Seconds of each phase that has ended."
    )
    queue = serializers.DictField(child=serializers.IntegerField())
    workers = WorkerStatus(many=True)


class Wished(serializers.Serializer[object]):
    model_name = serializers.CharField(max_length=500)
    inference_mode = serializers.CharField(max_length=50)


class Swapping(serializers.Serializer[object]):
    status = serializers.ChoiceField(["swapping", "active"])
    target_model = serializers.CharField()
    inference_mode = serializers.ChoiceField(Mode.values)
    eta_seconds = serializers.FloatField(allow_null=True)
    swap_id = serializers.IntegerField(allow_null=True)


class Health(serializers.Serializer[object]):
    status = serializers.ChoiceField(["healthy", "unhealthy"])
    detail = serializers.CharField()
