"""The shapes of `/api/jobs`."""

from django.core.validators import ProhibitNullCharactersValidator
from rest_framework import serializers

from jobs.criteria import LONGEST_TEXT, MOST_CRITERIA, Criterion, Weight, WrongCriteria, listed
from jobs.models import Job


class SafeText(serializers.CharField):
    """Text that every database can keep: no NUL (DRF's own check) and no lone surrogate."""

    def to_internal_value(self, data: str) -> str:
        text = super().to_internal_value(data)
        ProhibitNullCharactersValidator()(text)
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise serializers.ValidationError("The text contains a broken character (a lone surrogate).")
        return text


class CriterionText(serializers.Serializer[object]):
    text = SafeText(max_length=LONGEST_TEXT)
    weight = serializers.ChoiceField([weight.value for weight in Weight], default=Weight.MUST.value)


class JobText(serializers.Serializer[object]):
    """The text of a job; its `criteria` become values. Keys that are sent are ignored: the order counts."""

    title = SafeText(max_length=200)
    description = SafeText(max_length=50_000)
    criteria = CriterionText(
        many=True,
        required=False,
        help_text=f"At most {MOST_CRITERIA}, in order. If left out of a new job, they are drawn from its "
        "description. If left out of a change, they stay; but drawn ones that nobody has edited are drawn "
        "again if the description changes. An empty list means none.",
    )

    def validate_criteria(self, said: list[dict[str, str]]) -> tuple[Criterion, ...]:
        try:
            return listed((criterion["text"], criterion["weight"]) for criterion in said)
        except WrongCriteria as wrong:
            where = "" if wrong.at is None else f"number {wrong.at + 1}: "
            raise serializers.ValidationError(f"{where}{wrong}") from wrong


class JobRevision(JobText):
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        help_text="The version that you edited. If somebody has changed the job since, the answer is 409 and "
        "nothing is saved. If left out, the new text is saved in any case.",
    )


class CriterionShape(serializers.Serializer[Criterion]):
    key = serializers.CharField(help_text="Its name in answers, by its place in this version of the job.")
    text = serializers.CharField()
    weight = serializers.ChoiceField([weight.value for weight in Weight])


class JobShape(serializers.Serializer[Job]):
    id = serializers.IntegerField(read_only=True)
    title = serializers.CharField(source="current.title")
    description = serializers.CharField(source="current.description")
    version = serializers.IntegerField(source="current.number")
    criteria = CriterionShape(source="current.wanted", many=True)
    criteria_drawn = serializers.BooleanField(
        source="current.criteria_drawn",
        help_text="They were drawn from the description and follow it; nobody has edited them.",
    )
    created_at = serializers.DateTimeField()
    application_count = serializers.IntegerField(default=0)
