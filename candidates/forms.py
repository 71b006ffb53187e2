"""What people send about candidates from the pages."""

from django import forms

from candidates.models import Verdict


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        error_messages={
            "invalid_choice": "Choose Accepted, Rejected or Pending.",
            "required": "Choose a verdict.",
        },
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        error_messages={
            "max_length": "The note has %(show_value)s characters; at most %(limit_value)s are kept."
        },
    )
