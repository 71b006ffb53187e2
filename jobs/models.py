"""Jobs, and the texts by which résumés are judged."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jobs.criteria import LONGEST_TEXT, Weight
from jobs.criteria import Criterion as Wanted

WEIGHTS = {weight.value: weight.label for weight in Weight}


class Team(models.Model):
    """People who work on jobs together: all of them see the jobs shared with the team."""

    name = models.CharField(max_length=100, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "JobQuerySet":
        """Return the jobs that `user` may see: their own, their teams', or all with `view_every_job`."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.has_perm("jobs.view_every_job"):
            return self
        return self.filter(Q(owner=user) | Q(team__in=user.teams.all())).distinct()


class Job(models.Model):
    """An opening. Its title and description are those of its newest version."""

    noun, job_path = "job", "pk"  # see jobs.access

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="jobs")
    blind = models.BooleanField(
        default=False, help_text="The applicants' identities are hidden until a person has decided."
    )
    sample_percent = models.PositiveSmallIntegerField(
        default=0, help_text="Percentage of new résumés whose verdict is hidden until a first decision."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("view_every_job", "Can see every job, whoever owns it")]
        constraints = [
            models.CheckConstraint(name="job_sample_is_a_share", condition=Q(sample_percent__lte=100))
        ]

    def __str__(self) -> str:
        return self.current.title

    @property
    def current(self) -> "JobVersion":
        """The newest version: prefetch `versions` for many jobs."""
        return self.versions.all()[0]


class JobVersion(models.Model):
    """The text of a job at one time. Never changed: evaluations point to the one that they were made with."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField()
    criteria_drawn = models.BooleanField(
        default=True, help_text="The criteria were drawn from the description; nobody has edited them."
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(name="job_version_number_once", fields=["job", "number"])]

    def __str__(self) -> str:
        return f"{self.title} (version {self.number})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not self._state.adding:
            raise TypeError("A JobVersion is never changed: make a new one with jobs.openings.revise().")
        super().save(*args, **kwargs)

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The criteria as values, in order: prefetch `criteria` for many versions."""
        return tuple(row.value for row in self.criteria.all())


class Criterion(models.Model):
    """One criterion of a version of a job; `key` names it in answers. Never changed, like the version."""

    job_version = models.ForeignKey(JobVersion, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(help_text="1 is the first.")
    key = models.CharField(max_length=10)
    text = models.CharField(max_length=LONGEST_TEXT)
    weight = models.CharField(max_length=9, choices=WEIGHTS.items())

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(name="criterion_position_once", fields=["job_version", "position"]),
            models.UniqueConstraint(name="criterion_key_once", fields=["job_version", "key"]),
            models.CheckConstraint(name="criterion_weight_known", condition=Q(weight__in=list(WEIGHTS))),
        ]

    def __str__(self) -> str:
        return f"{self.text} ({self.get_weight_display()})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not self._state.adding:
            raise TypeError("A Criterion is never changed: make a new version with jobs.openings.revise().")
        super().save(*args, **kwargs)

    @property
    def value(self) -> Wanted:
        return Wanted(key=self.key, text=self.text, weight=Weight(self.weight))
