"""Candidates."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Candidate(models.Model):
    """A person. Two applications share one only if e-mail and name are the same."""

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
