"""People, their résumés, what was uploaded, what models said and what people decided."""

import uuid

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from candidates import flags
from candidates.leases import Leased
from candidates.provenance import Traced
from jobs.models import Job, JobVersion
from models_admin.models import Mode, ModelConfig


class Outcome(models.TextChoices):
    """The model's word."""

    SHORTLISTED = "Shortlisted"
    NEEDS_REVIEW = "Needs Review"
    REJECTED = "Rejected"
    INVALID = "Invalid"  # not a résumé


class Verdict(models.TextChoices):
    """The person's word."""

    PENDING = "Pending"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"


class Candidate(models.Model):
    """A person. Two applications share one only where e-mail and name agree."""

    name = models.CharField(max_length=200, blank=True)
    normalised_name = models.CharField(max_length=200, blank=True, editable=False)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True, help_text="E.164, e.g. +14155550100.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="candidate_email_and_name_once",
                fields=["email", "normalised_name"],
                condition=~Q(email="") & ~Q(normalised_name=""),
            )
        ]

    def __str__(self) -> str:
        return self.name or f"candidate {self.pk}"


class Resume(models.Model):
    """A document, once per content. `pages` is filled by preparing, a dictionary for each page that was read.

    {"width_pt", "height_pt", "text", "image", "hidden", "instructions"}; sizes are 0 where they are unknown;
    `image` is {"key", "width_px", "height_px", "sha256"}, or null where there is none. The text is what
    people see, `hidden` what they do not: [{"reason", "boxes", "text"}]; `instructions` are sentences of the
    text that speak to a model. Documents that an earlier version prepared have neither of these two.
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


class UploadBatch(models.Model):
    """Files that somebody sent together for one job."""

    class Source(models.TextChoices):
        PAGE = "page", "page"
        API = "api", "API"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="batches")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    announced_count = models.PositiveIntegerField(help_text="Files that the sender said would come.")
    source = models.CharField(max_length=4, choices=Source.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class ItemState(models.TextChoices):
    """Where an uploaded file stands. Every file ends in exactly one of `END_STATES`."""

    RECEIVED = "received", "received"  # kept safely, waits to be opened
    PREPARING = "preparing", "reading"  # a worker opens it
    EVALUATING = "evaluating", "waiting for a verdict"
    EVALUATED = "evaluated", "evaluated"
    INVALID = "invalid", "not a résumé"  # the model's or the rules' Invalid
    DUPLICATE = "duplicate", "duplicate"  # same bytes, same job
    ENCRYPTED = "encrypted", "encrypted"
    UNREADABLE = "unreadable", "unreadable"
    UNSUPPORTED = "unsupported", "unsupported"
    TOO_LARGE = "too_large", "too large"
    FAILED = "failed", "failed"  # may be tried again


OPEN_STATES = [ItemState.RECEIVED, ItemState.PREPARING, ItemState.EVALUATING]
END_STATES = [state for state in ItemState if state not in OPEN_STATES]
ATTENTION_STATES = [
    ItemState.ENCRYPTED,
    ItemState.UNREADABLE,
    ItemState.UNSUPPORTED,
    ItemState.TOO_LARGE,
    ItemState.FAILED,
]


class UploadItem(Leased):
    """One uploaded file in the ledger: what came, and what became of it. Preparing it is leased work."""

    batch = models.ForeignKey(UploadBatch, models.CASCADE, related_name="items")
    job = models.ForeignKey(
        Job, models.CASCADE, related_name="items", help_text="The batch's, for the constraint."
    )
    name = models.CharField(max_length=255, help_text="The file's own name, without any folder.")
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    resume = models.ForeignKey(Resume, models.SET_NULL, null=True, related_name="items")
    application = models.ForeignKey("Application", models.SET_NULL, null=True, related_name="items")
    state = models.CharField(max_length=11, choices=ItemState.choices, default=ItemState.RECEIVED)
    reason = models.CharField(max_length=500, blank=True)
    failed_in_model = models.BooleanField(
        default=False, help_text="A failed item: did the model fail, or we?"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "id"])]
        constraints = [
            models.UniqueConstraint(
                name="upload_item_bytes_once_per_job",
                fields=["job", "sha256"],
                condition=Q(state__in=[*OPEN_STATES, ItemState.EVALUATED, ItemState.INVALID]),
            ),
            models.CheckConstraint(
                name="upload_item_ended_has_time",
                condition=Q(state__in=OPEN_STATES, ended_at__isnull=True)
                | Q(state__in=END_STATES, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="upload_item_end_has_reason",
                condition=~Q(state__in=[*ATTENTION_STATES, ItemState.DUPLICATE]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "ApplicationQuerySet":
        return self.filter(job__in=Job.objects.visible_to(user))

    def with_decision(self) -> "ApplicationQuerySet":
        """Annotate `verdict`: the newest decision's word, Pending where there is none."""
        newest = Decision.objects.filter(application=OuterRef("pk")).order_by("-id").values("verdict")[:1]
        return self.annotate(verdict=Coalesce(Subquery(newest), models.Value(Verdict.PENDING.value)))

    def touch(self) -> int:
        """Note that something which the row shows has changed; cached renderings go by `row_version`."""
        return self.update(row_version=F("row_version") + 1)


class Application(models.Model):
    """One résumé for one job. `current_evaluation` is the newest that succeeded, else the newest."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="applications")
    resume = models.ForeignKey(Resume, models.PROTECT, related_name="applications")
    candidate = models.ForeignKey(Candidate, models.SET_NULL, null=True, related_name="applications")
    file_name = models.CharField(max_length=255)
    current_evaluation = models.ForeignKey("Evaluation", models.SET_NULL, null=True, related_name="+")
    row_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["job", "-id"])]
        constraints = [
            models.UniqueConstraint(name="application_resume_once_per_job", fields=["job", "resume"])
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"


class EvaluationStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATUSES = [EvaluationStatus.QUEUED, EvaluationStatus.RUNNING]


class Evaluation(Leased, Traced):
    """One model's reading of one application. Never overwritten: a new reading is a new row.

    An unpinned evaluation takes the selection of the worker that claims it; a pinned one waits for its own.
    `criteria` is [{"key", "verdict", "quote", "page"}]; `answer` is all of it as it was kept, `raw`
    what the model had said.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="evaluations")
    job_version = models.ForeignKey(JobVersion, models.PROTECT, related_name="+")
    pinned = models.BooleanField(default=False)
    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    model_config = models.ForeignKey(ModelConfig, models.PROTECT, null=True, related_name="evaluations")
    parser = models.ForeignKey(ModelConfig, models.PROTECT, null=True, related_name="+")
    transcript = models.ForeignKey("Transcript", models.SET_NULL, null=True, related_name="evaluations")
    status = models.CharField(max_length=9, choices=EvaluationStatus.choices, default=EvaluationStatus.QUEUED)
    alone = models.BooleanField(
        default=False,
        help_text="Read with nothing beside it: an engine died while reading it, or it repeats another.",
    )
    reproduces = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="reproductions", help_text="The reading it repeats."
    )

    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    criteria = models.JSONField(default=list)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    error = models.CharField(max_length=500, blank=True)

    answer = models.TextField(blank=True)
    model_revision = models.CharField(max_length=100, blank=True)
    engine_version = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["status", "id"])]
        constraints = [
            models.CheckConstraint(
                name="evaluation_status_known", condition=Q(status__in=EvaluationStatus.values)
            ),
            models.CheckConstraint(
                name="evaluation_outcome_iff_succeeded",
                condition=Q(status="succeeded", outcome__in=Outcome.values)
                | (~Q(status="succeeded") & Q(outcome="")),
            ),
            models.CheckConstraint(
                name="evaluation_pinned_has_model",
                condition=Q(pinned=False) | (Q(model_config__isnull=False) & ~Q(mode="")),
            ),
            models.CheckConstraint(
                name="evaluation_reproduction_is_pinned", condition=Q(reproduces=None) | Q(pinned=True)
            ),
            models.CheckConstraint(
                name="evaluation_running_is_claimed",
                condition=~Q(status="running")
                | Q(lease_expires_at__isnull=False, model_config__isnull=False, started_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"evaluation {self.pk} ({self.status})"


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


class Decision(models.Model):
    """What a person said about an application. The newest counts; the others are its history."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    note = models.CharField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["application", "-id"])]
        constraints = [
            models.CheckConstraint(name="decision_verdict_known", condition=Q(verdict__in=Verdict.values))
        ]

    def __str__(self) -> str:
        return f"{self.verdict} for application {self.application_id}"
