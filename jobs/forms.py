from django import forms


class JobForm(forms.Form):
    """What a job says."""

    title = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))
    description = forms.CharField(
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Paste the advertisement. Lists under “Required” and “Nice to have” are read as criteria.",
    )
