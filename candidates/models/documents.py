"""Résumés, and what was read on their pages."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from candidates.documents import flags
from candidates.models.leases import Leased
from models_admin.models import ModelConfig


class Resume(models.Model):
    """A document, once per content. Preparing fills `pages` with a dictionary for each page.

    {"width_pt", "height_pt", "text", "image", "hidden", "instructions", "pictures"}; sizes are 0 if unknown;
    `image` is {"key", "width_px", "height_px", "sha256"}, or null if there is none. `text` is what people
    see, `hidden` what they do not: [{"reason", "boxes", "text"}]; `instructions` are sentences of the text
    that address a model; `pictures` are the boxes of photographs and the like, null if unknown. Documents
    that an earlier version prepared lack the last three.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    storage_key = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    page_count = models.PositiveIntegerField(
        null=True, help_text="Pages in the document; `pages` may have fewer."
    )
    pages = models.JSONField(default=list)
    integrity = models.JSONField(
        default=list, help_text="Flags for people: hidden words, text that addresses the model."
    )
    prepared_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def image_keys(self) -> dict[int, str]:
        """Storage keys of page images by page number; 1 is the first."""
        pages = enumerate(self.pages, 1)
        return {number: page["image"]["key"] for number, page in pages if page.get("image")}

    @property
    def warning(self) -> str:
        """The flags as a table's row shows them; "" if there are none."""
        return flags.label(self.integrity)


class WordBoxes(models.Model):
    """The positions of a résumé's words: for each page [[text, x0, y0, x1, y1], …] in points.

    They have a table of their own, since they are several times larger than the text and only needed beside
    page images. So no other query has to defer them.
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
    """What a parser read on the pages of a résumé: once per revision of its weights, for all jobs.

    `pages` has {"text", "cut"} for each page; `cut`: the parser reached its longest answer. A transcript that
    fails is deleted, and the evaluations that waited for it get its sentence.
    """

    resume = models.ForeignKey(Resume, models.CASCADE, related_name="transcripts")
    parser = models.ForeignKey(ModelConfig, models.PROTECT, related_name="transcripts")
    revision = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=9, choices=TranscriptStatus.choices, default=TranscriptStatus.QUEUED)
    alone = models.BooleanField(default=False, help_text="See Evaluation.alone.")
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
