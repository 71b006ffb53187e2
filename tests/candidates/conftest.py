"""One application with a verdict on Alice's job."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from candidates.models import Application, Candidate, Evaluation, Resume, changes
from models_admin.models import GpuWorker, Mode, ModelConfig


@pytest.fixture
def balanced(registry) -> ModelConfig:
    return ModelConfig.objects.get(name="rules/balanced")


@pytest.fixture
def gpu0(balanced) -> GpuWorker:
    """A live worker that serves the balanced rules and can run rules only."""
    why = "Needs a GPU; this machine has none."
    rows = ModelConfig.objects.all()
    return GpuWorker.objects.create(
        name="gpu0",
        host="here",
        pid=1,
        pid_started_at=1.0,
        device="CPU",
        status=GpuWorker.Status.READY,
        mode=Mode.ONE_SHOT,
        model_config=balanced,
        runnable={str(row.pk): "" if row.type == "rules" else why for row in rows},
    )


@pytest.fixture
def make_application(world, balanced) -> Callable[..., Application]:
    """`make_application("Ann", outcome="Rejected")`: read by the balanced rules, for Alice's job."""

    def make(name: str, *, outcome: str = "Shortlisted") -> Application:
        candidate, _ = Candidate.objects.get_or_create(
            name=name, normalised_name=name.lower(), email=f"{name.lower()}@example.com"
        )
        number = Resume.objects.count()
        resume = Resume.objects.create(
            sha256=f"{number:064d}", storage_key=f"{number}", media_type="application/pdf", size_bytes=7
        )
        application = Application.objects.create(
            job=world.job, resume=resume, candidate=candidate, file_name=f"{name}-{number}.pdf"
        )
        application.current_evaluation = Evaluation.objects.create(
            application=application,
            job_version=world.job.current,
            mode=Mode.ONE_SHOT,
            model_config=balanced,
            status="succeeded",
            outcome=outcome,
            reason=f"{name} names Python.",
            criteria=[{"key": "Python", "verdict": "met", "quote": "Python since 2015", "page": 2}],
            started_at=timezone.now(),
            ended_at=timezone.now(),
        )
        application.save()
        changes.applications_changed(
            dict.fromkeys(candidate.applications.values_list("pk", flat=True), application.job_id)
        )
        return application

    return make


@pytest.fixture
def ann(make_application) -> Application:
    return make_application("Ann")
