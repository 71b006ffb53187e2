"""Set what a job hides until a person has decided: who somebody is, and the verdicts of a sample."""

from django.contrib.auth.models import User
from django.db import transaction

from candidates.models import Application
from jobs.models import Job
from models_admin.kit import audit, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish


def arrange(job: Job, *, blind: bool, sample_percent: int, by: User) -> None:
    """Set both; do nothing if neither changes.

    `blind` applies at once to all applications without a decision. `sample_percent` applies to new résumés
    only, since verdicts that were seen cannot be hidden.
    """
    with transaction.atomic():
        now = Job.objects.select_for_update().get(pk=job.pk)
        if (now.blind, now.sample_percent) == (blind, sample_percent):
            return
        Job.objects.filter(pk=job.pk).update(blind=blind, sample_percent=sample_percent)
        if now.blind != blind:
            Application.objects.filter(job=job).touch()
        audit.record("job.arrange", job, by, blind=blind, sample_percent=sample_percent)
        publish(messages.job_group(job.pk), Message(type=Report.JOB_CHANGED, id=job.pk))
    job.blind, job.sample_percent = blind, sample_percent
