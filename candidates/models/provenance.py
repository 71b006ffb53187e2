"""Provenance of an evaluation: the model's input, its sampling, and what it said, word for word."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import models


class Traced(models.Model):
    """The columns that make an evaluation repeatable. Written once, with the answer; empty if unknown.

    `sampling` has the fields of the worker's `Sampling`. A queued evaluation will use it; {} = as the model's
    row says then.
    """

    sampling: Any = models.JSONField(default=dict)
    prompt_version = models.CharField(max_length=50, blank=True)
    prompt_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the whole prompt.")
    page_hashes = models.JSONField(
        default=list, help_text="SHA-256 of the page images that the model was given, in order."
    )
    wrong = models.CharField(
        max_length=500, blank=True, help_text="What the prompt said was wrong with an earlier answer."
    )
    raw = models.TextField(blank=True, help_text="What the model said, before any checks.")
    thinking = models.TextField(blank=True, help_text="The model's thinking before the answer.")
    prompt_tokens = models.PositiveIntegerField(null=True)
    generated_tokens = models.PositiveIntegerField(null=True)
    seconds = models.FloatField(null=True, help_text="From the first page to the answer.")
    runs_as = models.CharField(
        max_length=64, blank=True, help_text="Fingerprint of weights, versions, device and arguments."
    )

    class Meta:
        abstract = True


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a worker knows of an evaluation, by the names of the columns."""

    engine_version: str
    model_revision: str = ""
    sampling: dict[str, Any] = field(default_factory=dict)
    prompt_version: str = ""
    prompt_hash: str = ""
    page_hashes: list[str] = field(default_factory=list)
    raw: str = ""
    thinking: str = ""
    prompt_tokens: int | None = None
    generated_tokens: int | None = None
    seconds: float | None = None
    runs_as: str = ""

    def columns(self) -> dict[str, Any]:
        """Return the values to store: text in PostgreSQL cannot hold NUL."""
        return asdict(self) | {"raw": _storable(self.raw), "thinking": _storable(self.thinking)}


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")
