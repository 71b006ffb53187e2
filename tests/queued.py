"""Fixtures to import: a job, a worker with a selection, and files on their way; no process, no GPU, no PDF."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from candidates.evaluations import claims
from candidates.evaluations.answers import Answer
from candidates.evaluations.queue import Choice
from candidates.models import (
    Application,
    Evaluation,
    EvaluationStatus,
    ItemState,
    Resume,
    UploadBatch,
    UploadItem,
)
from candidates.models.provenance import Provenance
from jobs.models import Job, JobVersion
from models_admin.models import GpuWorker, ModelConfig

ANSWER = Answer(
    name="Ana Lucía Müller",
    email="Ana@example.com",
    phone=None,
    outcome="Shortlisted",
    reason="All terms found.",
)


@pytest.fixture
def balanced(db) -> ModelConfig:
    return rules("balanced")


@pytest.fixture
def strict(db) -> ModelConfig:
    return rules("strict")


def rules(name: str) -> ModelConfig:
    """Return the row of these rules, as the shipped registry names them."""
    values = {"type": "rules", "provider": "rules", "inference_modes": ["one_shot"]}
    names = {"name": f"rules/{name}", "display_name": f"Keyword rules ({name})"}
    row, _ = ModelConfig.objects.get_or_create(**names, defaults=values)
    return row


def make_worker(name: str, model_config: ModelConfig | None = None) -> GpuWorker:
    return GpuWorker.objects.create(
        name=name,
        host="test",
        pid=1,
        pid_started_at=0.0,
        device="CPU",
        status=GpuWorker.Status.READY,
        mode="one_shot" if model_config else "",
        model_config=model_config,
    )


@pytest.fixture
def worker(balanced) -> GpuWorker:
    return make_worker("gpu0", balanced)


@pytest.fixture
def other_worker(balanced) -> GpuWorker:
    return make_worker("gpu1", balanced)


@pytest.fixture
def job(db, django_user_model) -> Job:
    owner = django_user_model.objects.create_user("alice")
    job = Job.objects.create(owner=owner)
    JobVersion.objects.create(job=job, number=1, title="Baker", description="Bakes bread.")
    return job


@pytest.fixture
def received(job) -> Callable[..., UploadItem]:
    """Make a file that was received for a job: `received("a")`; equal letters are equal bytes."""
    batch = UploadBatch.objects.create(job=job, announced_count=1, source="api")

    def make(letter: str, to: Job | None = None) -> UploadItem:
        resume, _ = Resume.objects.get_or_create(
            sha256=letter * 64,
            defaults={"storage_key": letter, "media_type": "application/pdf", "size_bytes": 1},
        )
        return UploadItem.objects.create(
            batch=batch, job=to or job, name=f"{letter}.pdf", size_bytes=1, sha256=letter * 64, resume=resume
        )

    return make


@pytest.fixture
def waiting(received) -> Callable[..., Evaluation]:
    """Make an application whose evaluation waits, at once: a worker that runs sees no half of it."""

    @transaction.atomic
    def make(letter: str) -> Evaluation:
        item = received(letter)
        Resume.objects.filter(pk=item.resume_id).update(
            pages=[{"width_pt": 1, "height_pt": 1, "text": letter}], page_count=1, prepared_at=timezone.now()
        )
        application = Application.objects.create(job=item.job, resume=item.resume, file_name=item.name)
        UploadItem.objects.filter(pk=item.pk).update(application=application, state=ItemState.EVALUATING)
        return claims.enqueue(application)

    return make


@pytest.fixture
def read(waiting, worker) -> Callable[..., Evaluation]:
    """Make an application with a verdict: `read("a", outcome="Rejected", prompt_version="decide-1")`."""

    def make(letter: str, *, outcome: str = "Shortlisted", **provenance: Any) -> Evaluation:
        waiting(letter)
        return finish(worker, outcome=outcome, **provenance)

    return make


def finish(worker: GpuWorker, *, outcome: str = "Shortlisted", **provenance: Any) -> Evaluation:
    """Let the next in the queue of the selection of `worker` end with a verdict."""
    [reading] = claim(worker)
    answer = ANSWER.model_copy(update={"outcome": outcome})
    claims.complete(reading, answer, Provenance(**{"engine_version": "rules 1"} | provenance))
    return Evaluation.objects.get(pk=reading.pk)


def claim(worker: GpuWorker, limit: int = 1) -> list[claims.ClaimedEvaluation]:
    assert worker.model_config_id is not None
    choice = Choice(mode=worker.mode, model_config_id=worker.model_config_id, parser_id=worker.parser_id)
    return claims.EVALUATIONS.claim(worker, limit, choice)


def status_of(evaluation: Evaluation) -> str:
    return EvaluationStatus(Evaluation.objects.get(pk=evaluation.pk).status).value
