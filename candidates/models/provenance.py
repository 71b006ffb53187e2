"""How an evaluation came about: what a model was given, how it drew, and what it said, word for word."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import models


class Traced(models.Model):
    """A reading that can be repeated and checked. Written once, with its answer; empty where nobody knows.

    `sampling` has the fields of the worker's `Sampling`; in a queued evaluation it is how the answer is to be
    drawn, {} = as the model's row says then.
    """

    sampling: Any = models.JSONField(default=dict)
    prompt_version = models.CharField(max_length=50, blank=True)
    prompt_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the prompt, every word that the model was given."
    )
    page_hashes = models.JSONField(
        default=list, help_text="SHA-256 of the page images that the model was shown, in their order."
    )
    wrong = models.CharField(
        max_length=500, blank=True, help_text="What the model was told about an earlier answer of its own."
    )
    raw = models.TextField(blank=True, help_text="What the model said, before anything was checked.")
    thinking = models.TextField(blank=True, help_text="What it thought before it answered.")
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
    """What a worker knows of a reading, by the names of the columns that keep it."""

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
        """As the database keeps it: PostgreSQL's text has no NUL."""
        return asdict(self) | {"raw": _kept(self.raw), "thinking": _kept(self.thinking)}


def _kept(text: str) -> str:
    return text.replace("\0", "\ufffd")
