"""Who may see and change jobs, and everything that belongs to one."""

from typing import Any, ClassVar, Protocol, TypeVar, cast

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet
from django.http import Http404

from jobs.models import Job
from models_admin.kit.permissions import Permission

ADD_JOB = Permission(name="jobs.add_job", refusal="You may not create jobs. Ask a recruiter.")
CHANGE_JOB = Permission(name="jobs.change_job", refusal="You may not change jobs. Ask a recruiter.")

Row = TypeVar("Row", bound=Model)


class Shared(Protocol):
    """A model whose rows are seen by whoever sees their job."""

    noun: ClassVar[str]  # what a person calls a row of it
    job_path: ClassVar[str]  # the lookup from the row to its job, "pk" for the job itself


def visible(rows: QuerySet[Row], user: AbstractBaseUser | AnonymousUser) -> QuerySet[Row]:
    """Return those of `rows` whose job `user` may see."""
    path = cast(type[Shared], rows.model).job_path
    return rows.filter(**{f"{path}__in": Job.objects.visible_to(user)})


def visible_or_404(rows: QuerySet[Row], user: AbstractBaseUser | AnonymousUser, pk: Any) -> Row:
    """Return the one of `rows` with the key `pk` if `user` may see its job. Raises Http404.

    A row that is hidden and a row that does not exist get the same answer.
    """
    row = visible(rows, user).filter(pk=pk).first()
    if row is None:
        noun = cast(type[Shared], rows.model).noun
        raise Http404(f"There is no {noun} {pk}, or it is not shared with you.")
    return row


def visible_job(user: AbstractBaseUser | AnonymousUser, job_id: int) -> Job:
    """Return the job with its versions if `user` may see it. Raises Http404."""
    return visible_or_404(Job.objects.prefetch_related("versions"), user, job_id)
