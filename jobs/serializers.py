"""The shapes of `/api/jobs`."""

from django.core.validators import ProhibitNullCharactersValidator
from rest_framework import serializers

from jobs.models import Job


class SafeText(serializers.CharField):
    """Text that every database can keep: no NUL (DRF's own check) and no lone surrogate."""

    def to_internal_value(self, data: str) -> str:
        text = super().to_internal_value(data)
        ProhibitNullCharactersValidator()(text)
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise serializers.ValidationError("The text holds a broken character (a lone surrogate).")
        return text


class JobText(serializers.Serializer[object]):
    title = SafeText(max_length=200)
    description = SafeText(max_length=50_000)


class JobShape(serializers.Serializer[Job]):
    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(source="current.title")
    description = serializers.CharField(source="current.description")
    version = serializers.IntegerField(source="current.number")
    created_at = serializers.DateTimeField()
    application_count = serializers.IntegerField(default=0)
