"""Shapes of what models said, over REST."""

from rest_framework import serializers

from candidates.evaluations.answers import Met
from candidates.evaluations.findings import Finding
from jobs.criteria import Weight


class FindingShape(serializers.Serializer[Finding]):
    key = serializers.CharField(help_text="Its key in the version of the job that was read for.")
    text = serializers.CharField()
    weight = serializers.ChoiceField(
        [weight.value for weight in Weight],
        allow_null=True,
        help_text="Null where that is not known.",
    )
    verdict = serializers.ChoiceField([verdict.value for verdict in Met])
    quote = serializers.CharField(allow_null=True)
    page = serializers.IntegerField(allow_null=True)
