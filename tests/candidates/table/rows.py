"""Rows of a job's table: a few as said, or as many as there may ever be."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from candidates.evaluations import search
from candidates.models import Application, Candidate, Evaluation, Resume, UploadBatch, UploadItem
from candidates.names import normalised
from jobs.models import Job, JobVersion
from models_admin.models import ModelConfig

OUTCOMES = ("Shortlisted", "Needs Review", "Rejected")
FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def hundred(job: Job, model_config: ModelConfig) -> None:
    """100 candidates and their files in the ledger."""
    people = [
        {"name": f"P{n}", "outcome": OUTCOMES[n % 3], "day": n % 28, "text": "python"} for n in range(100)
    ]
    rows = fill(job, model_config, people)
    batch = UploadBatch.objects.create(job=job, announced_count=len(rows), source="api")
    UploadItem.objects.bulk_create(
        UploadItem(
            batch=batch,
            job=job,
            name=row.file_name,
            size_bytes=7,
            sha256=f"{row.pk:064d}",
            application=row,
            state="evaluated",
            ended_at=row.created_at,
        )
        for row in rows
    )


def fill(job: Job, model_config: ModelConfig, people: Iterable[dict[str, Any]]) -> list[Application]:
    """Make many rows with few statements, then let the columns and the words be read as ever."""
    people, version = list(people), job.current
    known = {candidate.email: candidate for candidate in Candidate.objects.all()}
    fresh = [_candidate(said) for said in people if _email(said) not in known]
    known |= {made.email: made for made in Candidate.objects.bulk_create(fresh)}
    start = Resume.objects.count()
    resumes = Resume.objects.bulk_create(_resume(start + n, said) for n, said in enumerate(people))
    rows = Application.objects.bulk_create(
        Application(
            job=job,
            resume=resume,
            candidate=known[_email(said)],
            file_name=f"{said['name']}.pdf",
            created_at=FIRST_DAY + timedelta(days=said.get("day", 0)),
        )
        for said, resume in zip(people, resumes, strict=True)
    )
    read = Evaluation.objects.bulk_create(
        _evaluation(version, model_config, row, said) for said, row in zip(people, rows, strict=True)
    )
    for row, evaluation in zip(rows, read, strict=True):
        row.current_evaluation = evaluation
    Application.objects.bulk_update(rows, ["current_evaluation"], batch_size=500)
    Application.objects.filter(job=job).touch()
    if any("text" in said or "reason" in said for said in people):
        search.index(row.pk for row in rows)
    return rows


def multiply(times: int, after: int = 0) -> None:
    """Double all candidates, documents, verdicts and rows so many times, `after` so many, in the database."""
    for step in range(after, after + times):
        by = 1000 * 2**step
        for model in (Candidate, Resume, Application, Evaluation):
            _double(
                model,
                by,
                moved={"id", "candidate_id", "resume_id", "application_id", "current_evaluation_id"},
            )
        _double(UploadItem, by, moved={"id", "application_id"})
    tables = [Candidate, Resume, Application, Evaluation, UploadItem]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def _double(model: type[Model], by: int, moved: set[str]) -> None:
    """Insert every row once more, with ids that are higher by `by` and hashes and addresses of its own."""
    columns = [field.column for field in model._meta.concrete_fields]
    changed = dict.fromkeys(moved, f"{{}} + {by}") | {
        "sha256": f"substr({{}}, 1, 57) || substr(CAST({10**7 + by} + id AS text), 2)",
        "email": f"'{by}' || {{}}",
        "normalised_name": f"{{}} || ' {by}'",
        "by_name": f"{{}} || ' {by}'",
    }
    if model is Evaluation:
        del changed["email"]
    values = ", ".join(changed.get(column, "{}").format(f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {model._meta.db_table}"
        )


def _email(said: dict[str, Any]) -> str:
    return said.get("email", f"{said['name'].lower()}@example.com")


def _candidate(said: dict[str, Any]) -> Candidate:
    return Candidate(name=said["name"], normalised_name=normalised(said["name"]), email=_email(said))


def _resume(number: int, said: dict[str, Any]) -> Resume:
    return Resume(
        sha256=f"{number:064d}",
        storage_key=f"{number}",
        media_type="application/pdf",
        size_bytes=7,
        pages=[{"width_pt": 595, "height_pt": 842, "text": said.get("text", ""), "image": None}],
        integrity=said.get("integrity", []),
    )


def _evaluation(
    version: JobVersion, model_config: ModelConfig, row: Application, said: dict[str, Any]
) -> Evaluation:
    status = said.get("status", "succeeded")
    return Evaluation(
        application=row,
        job_version=version,
        mode=said.get("mode", "one_shot"),
        model_config=model_config,
        status=status,
        outcome=said.get("outcome", "Shortlisted") if status == "succeeded" else "",
        reason=said.get("reason", ""),
    )
