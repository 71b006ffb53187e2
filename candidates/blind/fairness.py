"""What a job hides until a person has decided: who somebody is, and of a sample what the model said."""

from django.contrib.auth.models import User
from django.db import transaction

from candidates.models import Application
from jobs.models import Job
from models_admin.kit import audit, messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish


def arrange(job: Job, *, blind: bool, sample_percent: int, by: User) -> None:
    """Set both; where nothing has changed, nothing is done.

    Blind hides what nobody has decided on yet, at once. A sample is drawn from the résumés that come from now
    on: verdicts that were seen cannot be hidden any more.
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
