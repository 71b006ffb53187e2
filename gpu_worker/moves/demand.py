"""Read the queue for the worker: which work waits for which engine, and for how long."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from candidates.evaluations import queue
from candidates.evaluations.queue import Choice
from gpu_worker.core.scheduler import Selection
from gpu_worker.metrics import ANY_MODEL, Waiting
from models_admin.backlog import Waiting as Queued
from models_admin.models import ModelConfig


@dataclass(frozen=True, kw_only=True)
class Work:
    """What waits for one engine on behalf of one selection; the fields are those of `scheduler.Stage`."""

    selection: Selection
    engine: int
    ready: int = 0
    oldest_wait_s: float = 0.0
    arriving: int = 0
    rest_s: float = 0.0
    quiet_s: float = 0.0


def choice_for(selection: Selection, selected: Selection, revisions: Mapping[int, str]) -> Choice:
    """Return the choice that finds work of `selection`; unpinned work belongs to what a person `selected`.

    `revisions` are those of the engines' weights, as far as they are known. A parser of unknown revision has
    no transcripts yet.
    """
    return Choice(
        mode=selection.mode,
        model_config_id=selection.model_config_id,
        parser_id=selection.parser_id,
        parser_revision=revisions.get(selection.parser_id or 0, ""),
        unpinned=selection == selected,
    )


def waiting_work(
    selected: Selection, runs: Callable[[Selection], bool], revisions: Mapping[int, str]
) -> list[Work]:
    """Return all work of selections that `runs` accepts, and the parse stage of `selected` even if idle."""
    groups: dict[Selection, list[Queued]] = {selected: []} if selected.parser_id else {}
    for row in queue.waiting():
        groups.setdefault(_selection(row) or selected, []).append(row)
    found: list[Work] = []
    for selection, rows in groups.items():
        if not runs(selection):
            continue
        if selection.parser_id:
            found += _stages(
                selection, choice_for(selection, selected, revisions), is_selected=selection == selected
            )
        else:
            count, oldest_s = sum(row.count for row in rows), _age_s(min(row.oldest_at for row in rows))
            found.append(
                Work(
                    selection=selection,
                    engine=selection.model_config_id,
                    ready=count,
                    oldest_wait_s=oldest_s,
                )
            )
    return found


def _stages(selection: Selection, wanted: Choice, *, is_selected: bool) -> Iterable[Work]:
    """Return the parse and the decide stage; what is still arriving will be work of the selected pair."""
    stages = wanted.stages()
    coming = queue.arriving() if is_selected else None
    assert selection.parser_id is not None  # noqa: S101  # of a pair with a parser
    yield Work(
        selection=selection,
        engine=selection.parser_id,
        ready=stages.to_parse,
        oldest_wait_s=_age_s(stages.parse_oldest_at),
        arriving=coming.count if coming else 0,
        rest_s=coming.rest_s if coming else 0.0,
        quiet_s=_age_s(coming.last_at) if coming else 0.0,
    )
    yield Work(
        selection=selection,
        engine=selection.model_config_id,
        ready=stages.to_decide,
        oldest_wait_s=_age_s(stages.decide_oldest_at),
    )


def _selection(row: Queued) -> Selection | None:
    if not row.pinned or row.model_config_id is None:
        return None
    return Selection(mode=row.mode, model_config_id=row.model_config_id, parser_id=row.parser_id)


def _age_s(since: datetime | None) -> float:
    return max(0.0, (timezone.now() - since).total_seconds()) if since else 0.0


def waiting_by_model() -> tuple[Waiting, ...]:
    """Return what waits, by the name of the model that decides."""
    rows = queue.waiting()
    names = dict(ModelConfig.objects.values_list("pk", "name")) if any(row.pinned for row in rows) else {}
    found: dict[str, Waiting] = {}
    for row in rows:
        model = names.get(row.model_config_id or 0, ANY_MODEL) if row.pinned else ANY_MODEL
        before = found.get(model, Waiting(model=model, count=0, oldest_s=0.0))
        oldest_s = max(before.oldest_s, _age_s(row.oldest_at))
        found[model] = Waiting(model=model, count=before.count + row.count, oldest_s=oldest_s)
    return tuple(found.values())
