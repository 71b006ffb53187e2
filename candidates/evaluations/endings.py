"""End evaluations without a verdict, and end the files that wait for evaluations."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from candidates.models import (
    OPEN_STATUSES,
    Application,
    Evaluation,
    EvaluationStatus,
    ItemState,
    UploadItem,
)
from candidates.models.changes import applications_changed, item_changed

AT_ONCE = 1000  # rows in one statement
CANCELLED = "The evaluation that it waited for was cancelled."


def give_up(waiting: QuerySet[Evaluation], sentence: str) -> None:
    """Fail queued evaluations that nothing can serve, with `sentence`. A person may retry them."""
    _end_waiting(waiting, sentence, status=EvaluationStatus.FAILED, error=sentence[:500])


def cancel(waiting: QuerySet[Evaluation]) -> int:
    """Cancel the queued among `waiting` and return how many; running ones go on."""
    return _end_waiting(waiting, CANCELLED, status=EvaluationStatus.CANCELLED)


def _end_waiting(waiting: QuerySet[Evaluation], sentence: str, **changes: object) -> int:
    """End the queued among `waiting`; files that waited for nothing else fail with `sentence`."""
    queued_ones = waiting.filter(status=EvaluationStatus.QUEUED).order_by("pk")
    ended = 0
    with transaction.atomic():
        locked = queued_ones.select_for_update(of=("self",)).select_related("application")
        while rows := list(locked[:AT_ONCE]):
            pks = [row.pk for row in rows]
            Evaluation.objects.filter(pk__in=pks).update(ended_at=timezone.now(), **changes)
            jobs = {row.application_id: row.application.job_id for row in rows}
            _show_others(pks)
            own = [row.application_id for row in rows if row.reproduces_id is None]
            waited = UploadItem.objects.filter(application__in=own, state=ItemState.EVALUATING)
            for application_id in set(waited.values_list("application_id", flat=True)):
                fail_items(application_id, sentence)
            applications_changed(jobs)
            ended += len(rows)
    return ended


def _show_others(pks: Sequence[int]) -> None:
    """Let applications that show a cancelled one of `pks` show the newest that was not cancelled."""
    wanted = Evaluation.objects.filter(application=OuterRef("pk"), reproduces=None).exclude(
        status=EvaluationStatus.CANCELLED
    )
    cancelled = Evaluation.objects.filter(pk__in=pks, status=EvaluationStatus.CANCELLED)
    rows = Application.objects.filter(Exists(wanted), current_evaluation__in=cancelled)
    shown = list(rows.values_list("pk", flat=True))
    newest = wanted.order_by("-pk").values("pk")[:1]
    Application.objects.filter(pk__in=shown).update(current_evaluation=Subquery(newest))


def fail_items(application_id: int, sentence: str) -> None:
    """Fail the files that wait for a verdict, unless another evaluation is still open."""
    own = Evaluation.objects.filter(application_id=application_id, reproduces=None)
    if not own.filter(status__in=OPEN_STATUSES).exists():
        end_items(application_id, ItemState.FAILED, sentence, failed_in_model=True)


def end_items(
    application_id: int, state: ItemState, reason: str | None = None, *, failed_in_model: bool = False
) -> None:
    waiting = UploadItem.objects.filter(application_id=application_id, state=ItemState.EVALUATING)
    for item in waiting:
        item.state, item.failed_in_model, item.ended_at = state, failed_in_model, timezone.now()
        item.reason = item.reason if reason is None else reason[:500]
        item.save(update_fields=["state", "failed_in_model", "reason", "ended_at"])
        item_changed(item)
