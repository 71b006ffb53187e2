"""The form of a job."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from jobs.criteria import WrongCriteria
from jobs.drafts import Draft
from jobs.models import Team


class JobForm(forms.Form):
    """The fields of a job: `title`, `description`, `team` and `criteria`, whose rows are its `draft`.

    `teams` are those that the job may be shared with; without any, the field is not shown.
    """

    title = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give the job a title, for example “Backend engineer”."},
    )
    description = forms.CharField(
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Paste the advertisement. Lists under “Requirements” and “Nice to have” become criteria.",
        error_messages={"required": "Describe the job: models judge résumés by this text."},
    )

    team = forms.ModelChoiceField(
        Team.objects.none(),
        required=False,
        label="Shared with",
        empty_label="Nobody else",
        help_text="Everybody in the team sees the job and its candidates.",
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        draft: Draft,
        teams: QuerySet[Team],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101
        field.queryset = teams
        self.draft = draft
        if data is None and not draft.focus:
            self.fields["title"].widget.attrs["autofocus"] = True

    def clean_description(self) -> str:
        return unbroken(self.cleaned_data["description"])

    def clean(self) -> dict[str, Any]:
        self.draft = self.draft.filled()
        try:
            criteria = self.draft.chosen(self.cleaned_data.get("description", ""))
        except WrongCriteria as wrong:
            self.draft = self.draft.blamed(wrong)
            raise forms.ValidationError(str(wrong)) from wrong
        return self.cleaned_data | {"criteria": criteria}


def unbroken(text: str) -> str:
    """Return `text` with plain line ends: browsers send CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
