"""Read-only admin of candidates and everything about them. Uploads, models and decisions write it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from candidates.models import (
    Application,
    Candidate,
    Decision,
    Evaluation,
    Screening,
    UploadBatch,
    UploadItem,
)
from jobs.models import Job
from models_admin.kit.admin import ReadOnlyAdmin


class OfVisibleJobs(ReadOnlyAdmin):
    """Only rows of jobs that the user may see; `to_job` is the path from the row to its job."""

    to_job = "job"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = Job.objects.visible_to(request.user)
        return super().get_queryset(request).filter(**{f"{self.to_job}__in": visible}).distinct()


@admin.register(Candidate)
class CandidateAdmin(OfVisibleJobs):
    to_job = "applications__job"
    list_display = ["name", "email", "phone", "created_at"]
    search_fields = ["name", "email"]


@admin.register(Application)
class ApplicationAdmin(OfVisibleJobs):
    list_display = ["id", "job_id", "candidate", "file_name", "integrity", "created_at"]
    list_select_related = ["candidate", "resume"]
    search_fields = ["candidate__name", "candidate__email", "file_name"]
    readonly_fields = ["integrity"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("resume__pages")

    @admin.display(description="flags")
    def integrity(self, application: Application) -> str:
        return "; ".join(application.resume.integrity)


@admin.register(Evaluation)
class EvaluationAdmin(OfVisibleJobs):
    to_job = "application__job"
    list_display = [
        "id",
        "application_id",
        "status",
        "outcome",
        "mode",
        "model_config",
        "failures",
        "ended_at",
    ]
    list_filter = ["status", "outcome", "mode"]
    list_select_related = ["model_config"]


@admin.register(Screening)
class ScreeningAdmin(OfVisibleJobs):
    list_display = ["id", "job_id", "mode", "model_config", "parser", "asked_by", "created_at"]
    list_filter = ["mode"]
    list_select_related = ["model_config", "parser", "asked_by"]


@admin.register(Decision)
class DecisionAdmin(OfVisibleJobs):
    to_job = "application__job"
    list_display = ["id", "application_id", "status", "reason", "decided_by", "decided_at"]
    list_filter = ["status", "reason"]
    list_select_related = ["decided_by"]


@admin.register(UploadBatch)
class UploadBatchAdmin(OfVisibleJobs):
    list_display = ["id", "job_id", "source", "announced_count", "uploaded_by", "created_at"]
    list_filter = ["source"]
    list_select_related = ["uploaded_by"]


@admin.register(UploadItem)
class UploadItemAdmin(OfVisibleJobs):
    list_display = ["id", "job_id", "name", "state", "reason", "created_at", "ended_at"]
    list_filter = ["state"]
