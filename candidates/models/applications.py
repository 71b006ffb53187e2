"""Applications and people's decisions on them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.db.models.sql import UpdateQuery
from django.utils import timezone

from candidates.models import columns, reasons
from candidates.models.columns import Columns
from candidates.models.documents import Resume
from candidates.models.people import Candidate
from jobs.models import Job

AT_ONCE = 1000  # ids in one statement
SORTED = ("by_name", "by_outcome", "by_decision", "by_model")


class DecisionStatus(models.TextChoices):
    """What a person says of an application."""

    PENDING = "Pending"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "ApplicationQuerySet":
        return self.filter(job__in=Job.objects.visible_to(user))

    def with_decision(self) -> "ApplicationQuerySet":
        """Annotate `decision`: the status of the newest one, Pending if there is none."""
        newest = Decision.objects.filter(application=OuterRef("pk")).order_by("-id").values("status")[:1]
        return self.annotate(decision=Coalesce(Subquery(newest), models.Value(DecisionStatus.PENDING.value)))

    def with_veil(self) -> "ApplicationQuerySet":
        """Annotate `blind` and `sealed`: are the person and the verdict hidden until somebody has decided?

        Going back to Pending counts as having decided. Invalid is never hidden: it is nobody's résumé.
        """
        return self.annotate(  # type: ignore[no-redef]  # declared there for whoever reads rows
            blind=_flag(Q(job__blind=True) & _undecided()), sealed=_flag(_sealed())
        )

    def unsealed(self) -> "ApplicationQuerySet":
        """Return those whose verdict may be seen and counted."""
        return self.exclude(_sealed())

    def touch(self) -> None:
        """Note that something that the row shows has changed, in the transaction that changed it.

        It raises `row_version`, the key of cached renderings, and updates the columns that tables are sorted
        and filtered by. It locks the rows first, to see what another writer wrote that it waited for.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            locked = self.order_by("pk").select_for_update(of=("self",), no_key=True)
            pks = list(locked.values_list("pk", flat=True))
            for at in range(0, len(pks), AT_ONCE):
                some = pks[at : at + AT_ONCE]
                statement, params = _touching(len(some))
                cursor.execute(statement, [*params, *some])


@lru_cache(maxsize=64)
def _touching(count: int) -> tuple[str, Sequence[Any]]:
    """Return the UPDATE that touches `count` rows, and its parameters without their ids.

    It is cached: Django takes about 3 ms to build it, and a row is touched several times per verdict.
    """
    every = Application.objects.order_by()
    update = cast(UpdateQuery, every.filter(pk__in=range(count)).query.chain(UpdateQuery))
    update.add_update_values({"row_version": F("row_version") + 1, **columns.current_values(every)})
    statement, params = update.get_compiler(connection.alias).as_sql()
    return statement, params[:-count]  # the ids are in its WHERE, which comes last


def _undecided() -> Q:
    decided = Decision.objects.filter(application=OuterRef("pk")).exclude(status=DecisionStatus.PENDING)
    return ~Q(Exists(decided))


def _sealed() -> Q:
    return Q(sampled=True) & ~Q(current_evaluation__outcome="Invalid") & _undecided()


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=models.BooleanField())


class Application(Columns):
    """One résumé for one job. `current_evaluation` is the newest that succeeded, else the newest."""

    noun, job_path = "application", "job"  # see jobs.access

    job = models.ForeignKey(Job, models.CASCADE, related_name="applications")
    resume = models.ForeignKey(Resume, models.PROTECT, related_name="applications")
    candidate = models.ForeignKey(Candidate, models.SET_NULL, null=True, related_name="applications")
    file_name = models.CharField(max_length=255)
    current_evaluation = models.ForeignKey("Evaluation", models.SET_NULL, null=True, related_name="+")
    sampled = models.BooleanField(
        default=False,
        editable=False,
        help_text="In the sample: the verdict is hidden until a first decision.",
    )
    row_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    blind: bool  # annotated by with_veil()
    sealed: bool

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("view_hidden", "Can see over REST what is hidden until somebody has decided"),
            ("export_application", "Can export applications as CSV and XLSX"),
        ]
        indexes = [
            models.Index(fields=["job", "-id"]),
            *(models.Index(fields=["job", column, "id"], name=f"application_{column}") for column in SORTED),
            models.Index(fields=["job", "created_at"]),
            models.Index(fields=["job"], name="application_sampled", condition=Q(sampled=True)),
            models.Index(fields=["candidate", "job", "id"]),  # the versions of a person
        ]
        constraints = [
            models.UniqueConstraint(name="application_resume_once_per_job", fields=["job", "resume"])
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"


class Decision(models.Model):
    """What a person said of an application. The newest counts; the others are its history."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="decisions")
    status = models.CharField(max_length=8, choices=DecisionStatus.choices)
    reason = models.CharField(
        max_length=30, blank=True, help_text="A key of candidates.models.reasons; empty if none was given."
    )
    note = models.CharField(max_length=2000, blank=True)
    overtook = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Another person's decision that was made in between and had not been seen.",
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["application", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="decision_status_known", condition=Q(status__in=DecisionStatus.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} for application {self.application_id}"

    @property
    def why(self) -> str:
        """The reason in words, "" if none was given."""
        return reasons.words(self.reason)
