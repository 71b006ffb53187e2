"""An upload that is not through is found again on the page of its job, with how far it is."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from candidates.models import ItemState, UploadBatch, UploadItem
from candidates.pages.live import JobTopic
from candidates.uploads import open_uploads
from models_admin.kit.messages import Message, Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(world) -> UploadBatch:
    """Alice announced four files; two came, and one of them is through."""
    batch = UploadBatch.objects.create(
        job=world.job, uploaded_by=world.alice, announced_count=4, source="page"
    )
    for number, state in enumerate([ItemState.EVALUATED, ItemState.RECEIVED]):
        ended = timezone.now() if state is ItemState.EVALUATED else None
        UploadItem.objects.create(
            batch=batch,
            job=world.job,
            name=f"{number}.pdf",
            size_bytes=1,
            sha256=f"{number:064d}",
            state=state,
            ended_at=ended,
        )
    return batch


def test_whoever_comes_back_sees_how_far_it_is(world, signed_in, batch):
    page = " ".join(signed_in(world.bob).get(reverse("job-page", args=[world.job.pk])).text.split())
    assert "Upload by alice" in page
    assert "1 of 4 done" in page
    assert "2 files have not arrived." in page


def test_what_is_through_is_not_shown(world, batch):
    batch.items.update(state=ItemState.EVALUATED, ended_at=timezone.now())
    UploadBatch.objects.update(announced_count=2)
    assert open_uploads.find_open_uploads(world.job) == []


def test_files_that_were_announced_an_hour_ago_are_not_waited_for(world, batch):
    batch.items.update(state=ItemState.EVALUATED, ended_at=timezone.now())
    UploadBatch.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert open_uploads.find_open_uploads(world.job) == []


def test_a_file_that_is_open_is_shown_however_old_its_upload_is(world, batch):
    UploadBatch.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert len(open_uploads.find_open_uploads(world.job)) == 1


def test_more_files_than_were_announced_come_out_of_a_zip(world, batch):
    UploadBatch.objects.update(announced_count=1)
    [upload] = open_uploads.find_open_uploads(world.job)
    assert (upload.files, upload.done, upload.missing) == (2, 1, 0)


def test_another_jobs_uploads_are_not_shown(world, batch):
    from jobs import openings

    other = openings.create(owner=world.alice, title="Other", description="Bread.")
    assert open_uploads.find_open_uploads(other) == []


def test_an_open_page_hears_of_it(world, batch):
    topic = JobTopic(world.alice, QueryDict(f"job={world.job.pk}"))
    topic.snapshot()
    item = batch.items.get(state=ItemState.RECEIVED)
    UploadItem.objects.filter(pk=item.pk).update(state=ItemState.EVALUATED, ended_at=timezone.now())
    fragments = topic.after({Message(type=Report.ITEM_CHANGED, id=item.pk)})
    assert any("2 of 4 done" in fragment for fragment in fragments)
