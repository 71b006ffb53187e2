"""Note that rows have changed: touch applications, and nudge the pages that show them."""

from collections.abc import Mapping

from candidates.models.applications import Application
from candidates.models.screenings import Screening
from candidates.models.uploads import UploadItem
from models_admin.kit import messages
from models_admin.kit.messages import Message, Report
from models_admin.kit.publishing import publish


def applications_changed(job_ids: Mapping[int, int]) -> None:
    """Note that the rows of applications have changed; `job_ids` maps the id of each to its job's."""
    if not job_ids:
        return
    Application.objects.filter(pk__in=job_ids).touch()
    for pk, job_id in job_ids.items():
        publish(messages.job_group(job_id), Message(type=Report.APPLICATION_CHANGED, id=pk))


def item_changed(item: UploadItem) -> None:
    """Note that a file's line in the ledger has changed."""
    publish(messages.job_group(item.job_id), Message(type=Report.ITEM_CHANGED, id=item.pk))


def screening_changed(screening: Screening) -> None:
    """Note that a screening has changed."""
    publish(messages.job_group(screening.job_id), Message(type=Report.SCREENING_CHANGED, id=screening.pk))
