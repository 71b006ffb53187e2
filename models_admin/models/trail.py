"""The audit trail."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEvent(models.Model):
    """Who did what to which row, and when. Holds ids, never personal data; never changed, never deleted."""

    at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=50)
    subject = models.CharField(max_length=50, help_text="Kind of the row, e.g. candidates.application.")
    subject_id = models.BigIntegerField(null=True)
    details: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id}"
