"""REST shapes of findings."""

from rest_framework import serializers

from candidates.evaluations.answers import Met
from candidates.evaluations.findings import Finding
from jobs.criteria import Weight


class FindingShape(serializers.Serializer[Finding]):
    key = serializers.CharField(help_text="Its key in the evaluation's version of the job.")
    text = serializers.CharField()
    weight = serializers.ChoiceField(
        [weight.value for weight in Weight],
        allow_null=True,
        help_text="Null if it is not known.",
    )
    verdict = serializers.ChoiceField([verdict.value for verdict in Met])
    quote = serializers.CharField(allow_null=True)
    page = serializers.IntegerField(allow_null=True)
