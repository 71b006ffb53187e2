"""The queue on the Models page, grouped by the selection that work waits for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models_admin import backlog
from models_admin.backlog import Waiting
from models_admin.overview.shown import Shown
from models_admin.present import Present
from models_admin.registry.options import Option


@dataclass(frozen=True, kw_only=True)
class QueueLine(Shown):
    """Work that waits for the selection `name`; "" means for the active one.

    `note` says what has to happen first. `takes` is the expected time for all of it at the model's recent
    pace, or "" if that is not known.
    """

    key: str
    name: str
    note: str
    count: int
    oldest_at: str
    takes: str


def queue_lines(present: Present) -> Iterable[QueueLine]:
    """Yield work for any selection first, then pinned work, oldest first."""
    groups = sorted(backlog.waiting(), key=lambda group: group.oldest_at)
    unpinned = [group for group in groups if not group.pinned]
    pinned = [group for group in groups if group.pinned]
    rows = {row.model_config_id for row in pinned} | {present.current and present.current.model_config.pk}
    paces_s = backlog.paces_s([id_ for id_ in rows if id_]) if groups else {}
    if unpinned:
        yield _queue_line("", "", present.current, unpinned, paces_s)
    for group in pinned:
        option = present.option_of(group)
        name = option.display_name if option else "a model that is no longer in the registry"
        yield _queue_line(name, _note(present, option), option, [group], paces_s)


def _queue_line(
    name: str,
    note: str,
    option: Option | None,
    groups: Sequence[Waiting],
    paces_s: Mapping[int, float],
) -> QueueLine:
    count = sum(group.count for group in groups)
    pace_s = paces_s.get(option.model_config.pk) if option else None
    return QueueLine(
        key="-".join(str(part or 0) for part in option.key) if name and option else "any",
        name=name,
        note=note,
        count=count,
        oldest_at=groups[0].oldest_at.isoformat(timespec="seconds"),
        takes="" if pace_s is None else _duration(pace_s * count),
    )


def _note(present: Present, option: Option | None) -> str:
    """Say what has to happen before work pinned to `option` begins."""
    if option is None:
        return ""
    if why := option.obstacle(present.workers):
        return why
    return "" if present.residency(option) in ("gpu", "") else "Waits for its turn on the GPU."


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
