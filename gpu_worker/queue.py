"""The queue as the worker sees it: for choosing what to claim, and for telling how long things wait."""

from django.utils import timezone

from candidates import evaluations
from gpu_worker.metrics import ANY_MODEL, Waiting
from gpu_worker.scheduler import Queue, Selection
from models_admin.models import ModelConfig


def waiting() -> list[Queue]:
    """What waits, by the selection that it waits for."""
    return [_queue(row) for row in evaluations.waiting()]


def _queue(row: evaluations.Waiting) -> Queue:
    selection = None
    if row.pinned and row.model_config_id is not None:
        selection = Selection(mode=row.mode, model_config_id=row.model_config_id, parser_id=row.parser_id)
    age_s = (timezone.now() - row.oldest_at).total_seconds()
    return Queue(selection=selection, waiting=row.count, oldest_wait_s=age_s)


def by_model() -> tuple[Waiting, ...]:
    """What waits, by the name of the model that decides."""
    rows = waiting()
    pks = {queue.selection.model_config_id for queue in rows if queue.selection}
    names = dict(ModelConfig.objects.filter(pk__in=pks).values_list("pk", "name"))
    found: dict[str, Waiting] = {}
    for queue in rows:
        model = names[queue.selection.model_config_id] if queue.selection else ANY_MODEL
        before = found.get(model, Waiting(model=model, count=0, oldest_s=0.0))
        oldest_s = max(before.oldest_s, queue.oldest_wait_s)
        found[model] = Waiting(model=model, count=before.count + queue.waiting, oldest_s=oldest_s)
    return tuple(found.values())
