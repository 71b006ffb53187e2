"""What a job's page shows live of screenings: those that are open, and whether anything is stale."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict
from django.template.loader import render_to_string

from candidates.opinions import screening_progress
from candidates.opinions.screening_progress import Progress
from jobs.models import Job
from models_admin.kit import ids, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.topics import NotAllowed


def context(job: Job) -> dict[str, Any]:
    """Return the context of `candidates/opinions/_again.html`: two queries."""
    shown = screening_progress.shown(job)
    return {
        "job": job,
        "screenings": shown,
        "stale_version": _stale_version(job, shown),
    }


def _stale_version(job: Job, shown: Sequence[Progress]) -> str:
    """Return a version that changes when stale verdicts should be counted again."""
    return "-".join(map(str, [job.current.number, *(row.screening.pk for row in shown if row.is_open)]))


class ScreeningsTopic:
    """The screenings on a job's page, which also has `JobTopic`."""

    kinds = frozenset({Report.JOB_CHANGED, Report.APPLICATION_CHANGED, Report.SCREENING_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        job = Job.objects.visible_to(user).filter(pk=ids.parse_id(query.get("job", ""))).first()
        if job is None:
            raise NotAllowed
        self._job_id = job.pk
        self.groups = [messages.job_group(job.pk)]
        self._shown: dict[str, Any] = {}  # the version of each part that the page has

    def snapshot(self) -> list[str]:
        self._shown = {}
        return self._fresh()

    def after(self, changes: Collection[Message]) -> list[str]:
        return self._fresh() if changes else []

    def _fresh(self) -> list[str]:
        job = Job.objects.prefetch_related("versions").filter(pk=self._job_id).first()
        if job is None:
            return []
        now = context(job)
        versions = {
            "_screenings": [(progress.screening.pk, progress.version) for progress in now["screenings"]],
            "_stale": now["stale_version"],
        }
        fresh = [part for part, version in versions.items() if self._shown.get(part) != version]
        self._shown = versions
        return [render_to_string(f"candidates/opinions/{part}.html", now) for part in fresh]
