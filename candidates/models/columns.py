"""The columns that tables of applications are sorted and filtered by: copies, updated with every change.

Evaluations, decisions, candidates and documents are the originals; an index cannot span tables. Only
`ApplicationQuerySet.touch` writes these columns. Call it after every change that a row shows. Nothing that
the veil (candidates.blind.veil) hides is in them, so no order and no filter gives it away.
"""

from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf


class OutcomeOrder(models.IntegerChoices):
    """Values of the column “Verdict”, in their sort order."""

    SHORTLISTED = 1, "Shortlisted"
    NEEDS_REVIEW = 2, "Needs Review"
    REJECTED = 3, "Rejected"
    INVALID = 4, "Invalid"
    FAILED = 5, "Failed"  # or cancelled
    OPEN = 6, "No verdict yet"
    SEALED = 7, "Hidden until decided"


class DecisionOrder(models.IntegerChoices):
    """Values of the column “Decision”, in their sort order: pending ones come first."""

    PENDING = 1, "Pending"
    ACCEPTED = 2, "Accepted"
    REJECTED = 3, "Rejected"


class Columns(models.Model):
    """The columns, as a part of the application."""

    by_name = models.CharField(
        max_length=255, blank=True, editable=False, help_text="Normalised name, or the file's name."
    )
    by_outcome = models.PositiveSmallIntegerField(
        choices=OutcomeOrder.choices, default=OutcomeOrder.OPEN, editable=False
    )
    by_decision = models.PositiveSmallIntegerField(
        choices=DecisionOrder.choices, default=DecisionOrder.PENDING, editable=False
    )
    by_model = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Id of the model that gave the verdict, 0 if none."
    )
    by_mode = models.CharField(max_length=10, blank=True, editable=False)
    flagged = models.BooleanField(default=False, editable=False, help_text="Has integrity flags.")
    superseded = models.BooleanField(
        default=False, editable=False, help_text="The same person sent a newer résumé for the job."
    )

    class Meta:
        abstract = True


def current_values(applications: "QuerySet[Any]") -> dict[str, Any]:
    """Return the expressions of an UPDATE of the columns; `applications` must be all rows."""
    own = applications.filter(pk=OuterRef("pk")).order_by()
    decided = Exists(own.filter(decisions__status__in=["Accepted", "Rejected"]))
    newer = applications.filter(
        job=OuterRef("job"), candidate=OuterRef("candidate"), pk__gt=OuterRef("pk")
    ).order_by()
    return {
        "by_name": Subquery(own.values(value=_name(decided))),
        "by_outcome": Subquery(own.values(value=_outcome(decided))),
        "by_decision": Subquery(own.order_by("-decisions__pk").values(value=_decision())[:1]),
        "by_model": Subquery(own.values(value=Coalesce("current_evaluation__model_config", 0))),
        "by_mode": Subquery(own.values(value=Coalesce("current_evaluation__mode", Value("")))),
        "flagged": Exists(own.exclude(resume__integrity=[])),
        "superseded": Exists(newer),
    }


def _name(decided: Exists) -> Case:
    hidden = When(Q(job__blind=True) & ~Q(decided), then=Value(""))
    return Case(hidden, default=Coalesce(NullIf("candidate__normalised_name", Value("")), Lower("file_name")))


def _outcome(decided: Exists) -> Case:
    def given(order: OutcomeOrder) -> When:
        return When(current_evaluation__outcome=order.label, then=Value(order.value))

    succeeded = Q(current_evaluation__status="succeeded")
    return Case(
        given(OutcomeOrder.INVALID),
        When(succeeded & Q(sampled=True) & ~Q(decided), then=Value(OutcomeOrder.SEALED.value)),
        *map(given, (OutcomeOrder.SHORTLISTED, OutcomeOrder.NEEDS_REVIEW, OutcomeOrder.REJECTED)),
        When(current_evaluation__status__in=["failed", "cancelled"], then=Value(OutcomeOrder.FAILED.value)),
        default=Value(OutcomeOrder.OPEN.value),
    )


def _decision() -> Case:
    decided = [order for order in DecisionOrder if order is not DecisionOrder.PENDING]
    said = (When(decisions__status=order.label, then=Value(order.value)) for order in decided)
    return Case(*said, default=Value(DecisionOrder.PENDING.value))
