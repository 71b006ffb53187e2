"""The queue of evaluations by what they wait for: an engine, and for some pairs a transcript first."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from candidates.models import (
    Evaluation,
    EvaluationStatus,
    ItemState,
    Transcript,
    TranscriptStatus,
    UploadBatch,
    UploadItem,
)
from models_admin.backlog import Waiting

ARRIVES_WITHIN_S = 3600  # a batch that was opened longer ago is not waited for
BEING_OPENED = [ItemState.RECEIVED, ItemState.PREPARING]
LATELY = 64  # evaluations that the pace of a model is computed from


def queued() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(status=EvaluationStatus.QUEUED)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A selection, to query its work by. `unpinned`: unpinned evaluations are its work too.

    `parser_revision` is the revision of its parser's weights; transcripts are kept per revision.
    """

    mode: str
    model_config_id: int
    parser_id: int | None = None
    parser_revision: str = ""
    unpinned: bool = True

    @property
    def columns(self) -> dict[str, object]:
        """The columns that a claim writes into an evaluation, and that a pinned one has from the start."""
        return {"mode": self.mode, "model_config_id": self.model_config_id, "parser_id": self.parser_id}

    def waiting(self) -> QuerySet[Evaluation]:
        """Return all queued evaluations that it may serve."""
        its_own = Q(pinned=True, **self.columns)
        return queued().filter(its_own | Q(pinned=False) if self.unpinned else its_own)

    def ready(self) -> QuerySet[Evaluation]:
        """Return those that its deciding model may claim: with a parser, those with a transcript."""
        waiting, parsed = self.waiting(), Q(self._has(TranscriptStatus.SUCCEEDED))
        return waiting.filter(parsed) if self.parser_id else waiting

    def unbegun(self) -> QuerySet[Evaluation]:
        """Return those whose résumé has no transcript row of its parser, not even a queued one."""
        return self.waiting().exclude(self._has(*TranscriptStatus))

    def _has(self, *statuses: TranscriptStatus) -> Exists:
        """Whether an evaluation's résumé has a transcript of one of `statuses`."""
        made = self.transcripts().filter(status__in=statuses)
        return Exists(made.filter(resume=OuterRef("application__resume")))

    def transcripts(self) -> QuerySet[Transcript]:
        """Return the transcripts by its parser."""
        return Transcript.objects.filter(parser_id=self.parser_id, revision=self.parser_revision)

    def stages(self) -> "Stages":
        """Return the work of a pair with a parser; a résumé that is being parsed waits for neither stage."""
        has = {
            "parsed": self._has(TranscriptStatus.SUCCEEDED),
            "parsing": self._has(TranscriptStatus.RUNNING),
        }
        parsed, unparsed = Q(parsed=True), Q(parsed=False, parsing=False)
        found = self.waiting().order_by().annotate(**has)
        counted = found.aggregate(
            to_parse=Count("application__resume", filter=unparsed, distinct=True),
            to_decide=Count("pk", filter=parsed),
            parse_oldest_at=Min("created_at", filter=unparsed),
            decide_oldest_at=Min("created_at", filter=parsed),
        )
        return Stages(**counted)


def waiting() -> list[Waiting]:
    """Return the queue by what it waits for."""
    rows = (
        queued()
        .order_by()
        .values("pinned", "mode", "model_config_id", "parser_id")
        .annotate(count=Count("pk"), oldest_at=Min("created_at"))
    )
    return [Waiting(**row) for row in rows]


def depth() -> dict[str, int]:
    """Count received files, and queued and running evaluations."""
    to_prepare = UploadItem.objects.filter(state__in=BEING_OPENED).count()
    running = Evaluation.objects.filter(status=EvaluationStatus.RUNNING).count()
    return {"to_prepare": to_prepare, "queued": queued().count(), "running": running}


def paces_s(model_config_ids: Collection[int]) -> Mapping[int, float]:
    """Return seconds per evaluation by model id: the time in which it had any, over its last `LATELY`."""
    found: dict[int, float] = {}
    for id_ in model_config_ids:
        read = Evaluation.objects.filter(model_config=id_, status=EvaluationStatus.SUCCEEDED)
        last = read.order_by("-pk").values_list("started_at", "ended_at")[:LATELY]
        if spans := [(began_at, ended_at) for began_at, ended_at in last if began_at and ended_at]:
            found[id_] = _busy_s(spans) / len(spans)
    return found


def _busy_s(spans: Iterable[tuple[datetime, datetime]]) -> float:
    """Return the seconds in which at least one of `spans` was going on."""
    busy, end = timedelta(), None
    for began_at, ended_at in sorted(spans):
        if end is None or began_at > end:
            end = began_at
        busy += max(timedelta(), ended_at - end)
        end = max(end, ended_at)
    return busy.total_seconds()


@dataclass(frozen=True, kw_only=True)
class Stages:
    """What waits for a pair: résumés for its parser, evaluations for its deciding model. None = nothing."""

    to_parse: int
    to_decide: int
    parse_oldest_at: datetime | None
    decide_oldest_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Arriving:
    """Files that were announced or received but have no evaluation yet; the last came at `last_at`.

    `rest_s` is how long the slowest batch needs for the rest at its pace so far; 0 if none has come yet.
    """

    count: int
    last_at: datetime
    rest_s: float


def arriving() -> Arriving:
    """Return what is on its way into the queue, from batches of the last hour."""
    now = timezone.now()
    since = now - timedelta(seconds=ARRIVES_WITHIN_S)
    batches = UploadBatch.objects.filter(created_at__gte=since).annotate(
        came=Count("items"), opening=Count("items", filter=Q(items__state__in=BEING_OPENED))
    )
    to_come, rest_s = 0, 0.0
    for batch in batches.values_list("announced_count", "created_at", "came", "opening", named=True):
        missing = max(0, batch.announced_count - batch.came)
        to_come += missing
        if through := batch.came - batch.opening:
            age_s = (now - batch.created_at).total_seconds()
            rest_s = max(rest_s, (missing + batch.opening) * age_s / through)
    opening = UploadItem.objects.filter(state__in=BEING_OPENED).count()
    last = UploadItem.objects.order_by("-pk").values_list("created_at", flat=True).first()
    return Arriving(count=to_come + opening, last_at=now if opening else last or now, rest_s=rest_s)
