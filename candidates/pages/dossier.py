"""All that the page of one application shows, and the HTML of each part.

It is read for every request. The HTML is cached in this process, per version and for everybody: it does not
depend on the user.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from candidates import table
from candidates.blind import images, veil
from candidates.evaluations import findings, staleness
from candidates.evaluations.findings import Finding
from candidates.evaluations.staleness import Cause
from candidates.models import Application, Decision, Evaluation, WordBoxes
from candidates.pages import sheets
from candidates.pages.sheets import Sheet
from jobs.models import Job

PARTS = ("who", "verdict", "decision", "criteria", "sheets", "decisions", "evaluations", "document")


@dataclass(frozen=True, kw_only=True)
class ShownFinding:
    """A finding, and whether its quote can link to a page image."""

    number: int
    finding: Finding
    is_shown: bool

    @property
    def mark(self) -> str:
        return f"quote-{self.number}"


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """An application with its evaluations and decisions, newest first, and the pages of its document."""

    application: Application
    job: Job
    evaluation: Evaluation | None
    evaluations: Sequence[Evaluation]
    decisions: Sequence[Decision]
    versions: Sequence[Application]
    sheets: Sequence[Sheet]

    @property
    def version(self) -> str:
        """The version of every part but the page images."""
        versions = ".".join(f"{row.pk}:{row.row_version}" for row in self.versions)
        own = f"{self.application.row_version}-{self.job.current.number}"
        return "-".join([own, *([versions] if versions else []), *self.stale])

    @property
    def sheets_version(self) -> str:
        """The version of the page images, which a decision leaves unchanged unless it uncovers them."""
        resume = self.application.resume
        prepared = resume.prepared_at.timestamp() if resume.prepared_at else 0
        covered = f"{self.application.blind:d}{self.application.sealed:d}"
        return f"{self.application.current_evaluation_id}-{prepared:.0f}-{covered}"

    @property
    def stale(self) -> Collection[Cause]:
        """Why the verdict is out of date; empty if it is not."""
        return staleness.causes(self.evaluation) if self.evaluation else []

    @property
    def newest_version(self) -> Application | None:
        """The person's newest application for the job if it is not this one."""
        newest = self.versions[0] if self.versions else None
        return newest if newest and newest.pk > self.application.pk else None

    @property
    def has_images(self) -> bool:
        return any(sheet.image for sheet in self.sheets)

    @property
    def criteria(self) -> list[ShownFinding]:
        """The finding of the current evaluation on each criterion."""
        with_image = {sheet.number for sheet in self.sheets if sheet.image and not sheet.withheld}
        found = findings.findings_of(self.evaluation) if self.evaluation else []
        return [
            ShownFinding(number=number, finding=finding, is_shown=finding.page in with_image)
            for number, finding in enumerate(found, 1)
        ]

    @property
    def newest_decision(self) -> Decision | None:
        return self.decisions[0] if self.decisions else None


def read_dossier(application_id: int) -> Dossier | None:
    """Read all of it; None if the application no longer exists."""
    application = table.row(application_id)
    if application is None:
        return None
    job = Job.objects.prefetch_related("versions").get(pk=application.job_id)
    rows = application.evaluations.annotate(**staleness.annotations())
    rows = rows.select_related("model_config", "parser", "job_version")
    evaluations = list(rows.prefetch_related("job_version__criteria"))
    evaluation = next((row for row in evaluations if row.pk == application.current_evaluation_id), None)
    drawn = _sheets(application, None if application.sealed else evaluation, evaluations)
    person = Application.objects.with_veil().select_related("candidate").get(pk=application_id)
    veil.cover(person, evaluations)
    return Dossier(
        application=application,
        job=job,
        evaluation=evaluation,
        evaluations=evaluations,
        decisions=list(application.decisions.select_related("decided_by", "overtook__decided_by")),
        versions=_versions(person),
        sheets=drawn,
    )


def _sheets(
    application: Application, evaluation: Evaluation | None, evaluations: Sequence[Evaluation]
) -> list[Sheet]:
    """Return the pages with their boxes. Quotes are located first and covered afterwards."""
    words = WordBoxes.objects.filter(resume=application.resume_id).first()
    drawn = sheets.make_sheets(application.resume, words.pages if words else [], evaluation)
    if not application.blind:
        return drawn
    uncovered = Application.objects.with_veil().select_related("candidate", "resume").get(pk=application.pk)
    identity = veil.identity_of(uncovered.candidate, evaluations)
    return [sheet.covered(identity, images.why_withheld(uncovered, words, sheet.number)) for sheet in drawn]


def _versions(application: Application) -> list[Application]:
    """Return the same person's other applications for the job that are as blind as this one, newest first.

    A decided one shows who the person is, so it must not link to a blind one, nor the other way round.
    """
    if application.candidate_id is None:
        return []
    same = Application.objects.filter(job=application.job_id, candidate=application.candidate_id)
    same = same.select_related("candidate", "current_evaluation")
    others = veil.veiled_rows(same.exclude(pk=application.pk)).filter(Q(blind=application.blind))
    return list(others.with_decision().order_by("-pk"))


def fragments(dossier: Dossier) -> dict[str, SafeString]:
    """Return the HTML of each of `PARTS`; the root of each has the part's id."""
    return _rendered(_Keyed(dossier))


class _Keyed:
    """Cache key: equal for all dossiers of the same application and version."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        row = dossier.application
        self._key = (row.pk, row.created_at, dossier.version, dossier.sheets_version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other._key == self._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=64)
def _rendered(keyed: _Keyed) -> dict[str, SafeString]:
    dossier = keyed.dossier
    context: dict[str, Any] = {
        "dossier": dossier,
        "application": dossier.application,
        "job": dossier.job,
        "evaluation": dossier.evaluation,
    }
    return {part: render_to_string(f"candidates/pages/_{part}.html", context) for part in PARTS}
