"""People, their résumés, what was uploaded, what models said and what people decided."""

from candidates.models.applications import Application, ApplicationQuerySet, Decision, DecisionStatus
from candidates.models.columns import DecisionOrder, OutcomeOrder
from candidates.models.documents import Resume, Transcript, TranscriptStatus, WordBoxes
from candidates.models.evaluations import OPEN_STATUSES, Evaluation, EvaluationStatus, Outcome
from candidates.models.people import Candidate
from candidates.models.screenings import Screening
from candidates.models.search_text import SearchText
from candidates.models.uploads import (
    ATTENTION_STATES,
    END_STATES,
    OPEN_STATES,
    ItemState,
    UploadBatch,
    UploadItem,
)

__all__ = [
    "ATTENTION_STATES",
    "END_STATES",
    "OPEN_STATES",
    "OPEN_STATUSES",
    "Application",
    "ApplicationQuerySet",
    "Candidate",
    "Decision",
    "DecisionOrder",
    "DecisionStatus",
    "Evaluation",
    "EvaluationStatus",
    "ItemState",
    "Outcome",
    "OutcomeOrder",
    "Resume",
    "Screening",
    "SearchText",
    "Transcript",
    "TranscriptStatus",
    "UploadBatch",
    "UploadItem",
    "WordBoxes",
]
