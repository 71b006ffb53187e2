"""Create jobs, change their text, share and find them."""

from collections.abc import Sequence
from dataclasses import asdict

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from jobs import models
from jobs.criteria import Criterion
from jobs.criteria.drawing import draw
from jobs.models import Job, JobQuerySet, JobVersion, Team
from models_admin.kit import audit, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish


class NoSuchJob(Exception):
    """None of the jobs that this user may see has that title."""


class AmbiguousTitle(Exception):
    """Several jobs have that title."""


class Overtaken(Exception):
    """Somebody has changed the job since its text was read; the text tells the person who saves."""


def create(
    *,
    owner: User,
    title: str,
    description: str,
    criteria: Sequence[Criterion] | None = None,
    team: Team | None = None,
) -> Job:
    """Create a job with its first version; without `criteria`, draw them from the description."""
    with transaction.atomic():
        job = Job.objects.create(owner=owner, team=team)
        drawn = draw(description)
        wanted = drawn if criteria is None else tuple(criteria)
        _write(job, 1, title, description, wanted, is_drawn=wanted == drawn, by=owner)
        audit.record("job.create", job, owner)
        _announce(job)
    return job


def revise(
    job: Job,
    *,
    title: str,
    description: str,
    by: User,
    criteria: Sequence[Criterion] | None = None,
    seen: int | None = None,
) -> JobVersion:
    """Give `job` a new version; if nothing has changed, return the current one.

    Without `criteria`, those of the current version stay; but drawn ones are drawn again if the description
    has changed. `seen` is the number of the version that was edited, None = unknown. Raises Overtaken, with
    nothing written, if that is not the current one.
    """
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        current = JobVersion.objects.filter(job=job).order_by("-number")[0]
        wanted = _wanted(current, description, criteria)
        asks_the_same = (description, wanted) == (current.description, current.wanted)
        if asks_the_same and title == current.title:
            return current
        if seen is not None and seen != current.number:
            raise Overtaken(
                f"Somebody has changed the job meanwhile: it has version {current.number} now, and your text "
                "is not saved. Look at the job first. To replace its text, save again."
            )
        is_drawn = current.criteria_drawn if asks_the_same else wanted == draw(description)
        version = _write(job, current.number + 1, title, description, wanted, is_drawn=is_drawn, by=by)
        audit.record("job.revise", job, by, version=version.number)
        _announce(job)
    return version


def teams(user: AbstractBaseUser | AnonymousUser, job: Job | None = None) -> QuerySet[Team]:
    """Return the teams that `user` may share with: their own, and the one that `job` is shared with."""
    if not isinstance(user, User):
        return Team.objects.none()
    return Team.objects.filter(Q(members=user) | Q(jobs=job) if job else Q(members=user)).distinct()


def share(job: Job, team: Team | None, *, by: User) -> None:
    """Share the job with `team` instead of its present team; None = with nobody."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.team_id == (team.pk if team else None):
            return
        Job.objects.filter(pk=job.pk).update(team=team)
        audit.record("job.share", job, by, team_id=team.pk if team else None)
        _announce(job)


def _wanted(
    current: JobVersion, description: str, criteria: Sequence[Criterion] | None
) -> tuple[Criterion, ...]:
    if criteria is not None:
        return tuple(criteria)
    stays = description == current.description or not current.criteria_drawn
    return current.wanted if stays else draw(description)


def _write(
    job: Job,
    number: int,
    title: str,
    description: str,
    wanted: Sequence[Criterion],
    *,
    is_drawn: bool,
    by: User,
) -> JobVersion:
    version = JobVersion.objects.create(
        job=job,
        number=number,
        title=title,
        description=description,
        criteria_drawn=is_drawn,
        created_by=by,
    )
    models.Criterion.objects.bulk_create(
        models.Criterion(job_version=version, position=position, **asdict(criterion))
        for position, criterion in enumerate(wanted, 1)
    )
    return version


def _announce(job: Job) -> None:
    for group in (messages.JOBS, messages.job_group(job.pk)):
        publish(group, Message(type=Report.JOB_CHANGED, id=job.pk))


def described(jobs: JobQuerySet) -> JobQuerySet:
    """Return `jobs` with their versions and `application_count`."""
    return jobs.prefetch_related("versions").annotate(application_count=Count("applications", distinct=True))


def listed(user: AbstractBaseUser | AnonymousUser) -> list[Job]:
    """Return the jobs that `user` may see, newest first."""
    return list(described(Job.objects.visible_to(user)).order_by("-pk"))


def find_by_title(user: AbstractBaseUser | AnonymousUser, title: str) -> Job:
    """Return the job of `user` whose current title is `title`. Raises NoSuchJob or AmbiguousTitle."""
    named = Job.objects.visible_to(user).filter(versions__title=title).distinct().prefetch_related("versions")
    jobs = [job for job in named if job.current.title == title]
    if not jobs:
        raise NoSuchJob(f"There is no job called “{title}” that you may see. Create it first.")
    if len(jobs) > 1:
        ids = ", ".join(str(job.pk) for job in jobs)
        raise AmbiguousTitle(f"{len(jobs)} jobs are called “{title}”: send job_id instead ({ids}).")
    return jobs[0]
