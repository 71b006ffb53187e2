"""Forms that the pages send about candidates."""

from typing import Any

from django import forms

from candidates.models import DecisionStatus, reasons

MOST_ID = 2**63 - 1


class DecisionForm(forms.Form):
    status = forms.ChoiceField(
        choices=DecisionStatus.choices,
        error_messages={
            "invalid_choice": "Choose Accepted, Rejected or Pending.",
            "required": "Choose a decision.",
        },
    )
    reason = forms.CharField(required=False, max_length=30)
    note = forms.CharField(
        required=False,
        max_length=2000,
        error_messages={
            "max_length": "The note has %(show_value)s characters. The limit is %(limit_value)s."
        },
    )
    seen = forms.IntegerField(required=False, min_value=0, max_value=MOST_ID)

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = self.cleaned_data
        if "status" in fields and "note" in fields:
            try:
                reasons.check(fields["status"], fields.get("reason", ""), fields["note"])
            except reasons.WrongReason as wrong:
                self.add_error("reason", str(wrong))
        return fields

    @property
    def sentence(self) -> str:
        """All errors, in one paragraph."""
        return " ".join(str(sentence) for sentences in self.errors.values() for sentence in sentences)
