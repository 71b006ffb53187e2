"""What is on its way into the queue, and how long the rest of it will take."""

from datetime import timedelta

import pytest
from django.utils import timezone

from candidates.evaluations import queue
from candidates.models import ItemState, UploadBatch, UploadItem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch) -> None:
    """A busy machine may take a second between two lines of a test."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def batch(job):
    """Make a batch that was announced `age_s` ago; of it `came` files are through, and `opening` are not yet."""

    def make(announced: int, *, came: int, opening: int = 0, age_s: float = 100) -> UploadBatch:
        since = timezone.now() - timedelta(seconds=age_s)
        made = UploadBatch.objects.create(job=job, announced_count=announced, source="api", created_at=since)
        states = [ItemState.EVALUATING] * came + [ItemState.RECEIVED] * opening
        for number, state in enumerate(states):
            sha256 = f"{made.pk.hex}{number:032}"
            UploadItem.objects.create(
                batch=made, job=job, name=f"{number}.pdf", size_bytes=1, sha256=sha256, state=state
            )
        return made

    return make


def rest_s() -> float:
    return round(queue.arriving().rest_s)


def test_the_rest_takes_as_long_as_at_the_pace_so_far(batch):
    batch(50, came=20)
    assert (queue.arriving().count, rest_s()) == (30, 150)


def test_what_is_being_opened_is_not_through_yet(batch):
    batch(50, came=20, opening=5)
    assert (queue.arriving().count, rest_s()) == (30, 150)


def test_of_several_batches_the_slowest_counts(batch):
    batch(50, came=20)
    batch(50, came=10)
    assert (queue.arriving().count, rest_s()) == (70, 400)


def test_a_batch_that_is_through_takes_no_longer(batch):
    batch(3, came=3)
    assert (queue.arriving().count, rest_s()) == (0, 0)


def test_of_a_batch_of_which_nothing_came_nobody_knows_how_long_it_takes(batch):
    batch(50, came=0)
    assert (queue.arriving().count, rest_s()) == (50, 0)


def test_a_batch_that_was_announced_long_ago_is_not_waited_for(batch):
    batch(50, came=20, age_s=3601)
    assert (queue.arriving().count, rest_s()) == (0, 0)
