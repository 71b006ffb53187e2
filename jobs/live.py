"""The live list of jobs."""

from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict
from django.template.loader import render_to_string

from jobs import openings
from models_admin.kit import messages
from models_admin.kit.messages import Message, Report


class JobsTopic:
    """The live topic of `jobs/list.html`: the jobs that this user may see."""

    groups = (messages.JOBS,)
    kinds = frozenset({Report.JOB_CHANGED})

    def __init__(self, user: AbstractBaseUser | AnonymousUser, query: QueryDict) -> None:
        self._user = user

    def snapshot(self) -> list[str]:
        jobs = openings.listed(self._user)
        return [render_to_string("jobs/_jobs.html", {"jobs": jobs})]

    def after(self, changes: Collection[Message]) -> list[str]:
        return self.snapshot() if changes else []
