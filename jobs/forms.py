"""What people write about a job."""

from django import forms


class JobForm(forms.Form):
    title = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
        error_messages={"required": "Give the job a title, for example “Backend engineer”."},
    )
    description = forms.CharField(
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Paste the advertisement. Lists under “Requirements” and “Nice to have” become criteria.",
        error_messages={"required": "Describe the job: models judge résumés by this text."},
    )
