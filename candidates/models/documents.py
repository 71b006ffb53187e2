"""Résumés, and what is read on their pages."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.documents import flags
from candidates.models.leases import Leased
from models_admin.models import ModelConfig


class Resume(models.Model):
    """A document, once per content. `pages` is filled by preparing, a dictionary for each page that was read.

    {"width_pt", "height_pt", "text", "image", "hidden", "instructions"}; sizes are 0 where they are unknown;
    `image` is {"key", "width_px", "height_px", "sha256"}, or null where there is none. The text is what
    people see, `hidden` what they do not: [{"reason", "boxes", "text"}]; `instructions` are sentences of the
    text that speak to a model; `pictures` are the boxes of photographs and the like, null where nobody knows.
    Documents that an earlier version prepared lack these three.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    storage_key = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    page_count = models.PositiveIntegerField(
        null=True, help_text="Pages in the document; `pages` may hold fewer."
    )
    pages = models.JSONField(default=list)
    integrity = models.JSONField(
        default=list, help_text="Flags for whoever decides: hidden words, text that speaks to the model."
    )
    prepared_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def image_keys(self) -> dict[int, str]:
        """Of page images, by the number of the page; 1 is the first."""
        pages = enumerate(self.pages, 1)
        return {number: page["image"]["key"] for number, page in pages if page.get("image")}

    @property
    def warning(self) -> str:
        """What the row of a table says of `integrity`; "" where there is nothing to say."""
        return flags.label(self.integrity)


class WordBoxes(models.Model):
    """The words of a résumé and where they stand: for each page [[text, x0, y0, x1, y1], …] in points.

    A table of its own, because they are several times larger than the text and only wanted beside the page's
    image: no list, claim or queue has to remember to leave them out.
    """

    resume = models.OneToOneField(Resume, models.CASCADE, primary_key=True, related_name="word_boxes")
    pages = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"words of {self.resume_id}"


class TranscriptStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"


class Transcript(Leased):
    """What a parser read on the pages of a résumé: once per revision of its weights, shared between jobs.

    `pages` is a dictionary for each page, {"text", "cut"}: cut where the parser came to its longest answer.
    One that cannot be made is deleted, with its sentence in the evaluations that waited for it.
    """

    resume = models.ForeignKey(Resume, models.CASCADE, related_name="transcripts")
    parser = models.ForeignKey(ModelConfig, models.PROTECT, related_name="transcripts")
    revision = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=9, choices=TranscriptStatus.choices, default=TranscriptStatus.QUEUED)
    alone = models.BooleanField(default=False, help_text="As an evaluation's.")
    pages = models.JSONField(default=list)
    engine_version = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["parser", "status"])]
        constraints = [
            models.UniqueConstraint(name="transcript_once", fields=["resume", "parser", "revision"]),
            models.CheckConstraint(
                name="transcript_status_known", condition=Q(status__in=TranscriptStatus.values)
            ),
            models.CheckConstraint(
                name="transcript_running_is_claimed",
                condition=~Q(status="running") | Q(lease_expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"transcript {self.pk} ({self.status})"
