"""What tables of applications are sorted and filtered by: copies, read anew whenever a row has changed.

The truth stands in evaluations, decisions, candidates and documents; no index reaches over tables. Nobody
writes these columns but `ApplicationQuerySet.touch`, which everybody calls whose change a row shows. What is
under the veil (candidates.blind.veil) is not in them: no order and no filter tells what the page does not.
"""

from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf


class OutcomeOrder(models.IntegerChoices):
    """What the column “Verdict” says, in the order in which it is sorted."""

    SHORTLISTED = 1, "Shortlisted"
    NEEDS_REVIEW = 2, "Needs Review"
    REJECTED = 3, "Rejected"
    INVALID = 4, "Invalid"
    FAILED = 5, "Failed"  # or cancelled
    OPEN = 6, "No verdict yet"
    SEALED = 7, "Hidden until decided"


class DecisionOrder(models.IntegerChoices):
    """What people decided, in the order in which it is sorted: what waits for them comes first."""

    PENDING = 1, "Pending"
    ACCEPTED = 2, "Accepted"
    REJECTED = 3, "Rejected"


class Columns(models.Model):
    """The copies, a part of the row of an application."""

    by_name = models.CharField(
        max_length=255, blank=True, editable=False, help_text="As it is compared; else the file."
    )
    by_outcome = models.PositiveSmallIntegerField(
        choices=OutcomeOrder.choices, default=OutcomeOrder.OPEN, editable=False
    )
    by_decision = models.PositiveSmallIntegerField(
        choices=DecisionOrder.choices, default=DecisionOrder.PENDING, editable=False
    )
    by_model = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="Id of the model that read it, 0 for none."
    )
    by_mode = models.CharField(max_length=10, blank=True, editable=False)
    flagged = models.BooleanField(default=False, editable=False, help_text="Has integrity flags.")
    superseded = models.BooleanField(
        default=False, editable=False, help_text="The same person sent a newer résumé for the job."
    )

    class Meta:
        abstract = True


def now(applications: "QuerySet[Any]") -> dict[str, Any]:
    """What the columns have to say at this moment, for an UPDATE; `applications` are all there are."""
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
