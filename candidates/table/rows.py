"""Rows with all that `_application.html` and the API show of them."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from candidates.blind import veil
from candidates.evaluations import staleness
from candidates.models import Application, ApplicationQuerySet

LONG = (
    "resume__pages",
    "current_evaluation__answer",
    "current_evaluation__raw",
    "current_evaluation__thinking",
)


def rows(pks: Sequence[int]) -> list[Application]:
    """Return the rows with these ids, in this order, veiled; deleted ones are left out.

    The ids of a page come from an index alone, so joins and counts are made for its rows only.
    """
    return _in_order(described(), pks)


def with_criteria(pks: Sequence[int], *, unveiled: bool = False) -> list[Application]:
    """Return the rows with these ids and their findings; with `unveiled`, hidden things too."""
    whole = (
        described(unveiled=unveiled)
        .defer(None)
        .defer(*LONG)
        .select_related("current_evaluation__job_version")
        .prefetch_related("current_evaluation__job_version__criteria")
    )
    return _in_order(whole, pks)


def _in_order(described_rows: ApplicationQuerySet, pks: Sequence[int]) -> list[Application]:
    found = {row.pk: row for row in described_rows.filter(pk__in=pks)}
    return [found[pk] for pk in pks if pk in found]


def row(application_id: int) -> Application | None:
    """Return one row; None if it does not exist."""
    return described().filter(pk=application_id).first()


def described(*, unveiled: bool = False) -> ApplicationQuerySet:
    """Return rows with person, verdict, reason and model; `versions` and `newest` are per person."""
    every = Application.objects.all()
    shown = every.with_veil() if unveiled else veil.veiled_rows(every)
    same_person = Application.objects.filter(job=OuterRef("job"), candidate=OuterRef("candidate")).order_by()
    return (
        shown.select_related("candidate", "resume", "current_evaluation__model_config")
        .defer(*LONG, "current_evaluation__criteria")
        .with_decision()
        .annotate(
            versions=Coalesce(
                Subquery(same_person.values("candidate").annotate(n=Count("pk")).values("n")), 1
            ),
            newest=~Exists(same_person.filter(pk__gt=OuterRef("pk"))),
            stale=staleness.words("current_evaluation__"),
        )
    )
