from django import forms

from candidates.models import Verdict


class DecisionForm(forms.Form):
    """What a person decides; the field refuses what no database can keep, such as NUL."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    note = forms.CharField(max_length=2000, required=False)
