"""Screenings."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from jobs.models import Job
from models_admin.models import Mode, ModelConfig


class Screening(models.Model):
    """Evaluations of a job's applications that somebody asked for together. They tell its progress.

    If stale verdicts were brought up to date, `mode` is "" and there is no model: each evaluation has its own
    option, or takes the selection.
    """

    noun, job_path = "screening", "job"  # see jobs.access

    job = models.ForeignKey(Job, models.CASCADE, related_name="screenings")
    mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    model_config = models.ForeignKey(ModelConfig, models.PROTECT, null=True, related_name="+")
    parser = models.ForeignKey(ModelConfig, models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["job", "-id"])]

    def __str__(self) -> str:
        return f"screening {self.pk}"
