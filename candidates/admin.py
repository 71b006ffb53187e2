"""Candidates and all that was said about them, to read. They are written by uploads, models and decisions."""

from django.contrib import admin

from candidates.models import Application, Candidate, Decision, Evaluation, UploadBatch, UploadItem
from models_admin.admin import ReadOnlyAdmin


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "phone", "created_at"]
    search_fields = ["name", "email"]


@admin.register(Application)
class ApplicationAdmin(ReadOnlyAdmin):
    list_display = ["id", "job_id", "candidate", "file_name", "created_at"]
    list_select_related = ["candidate"]
    search_fields = ["candidate__name", "candidate__email", "file_name"]


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
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


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["id", "application_id", "verdict", "decided_by", "decided_at"]
    list_filter = ["verdict"]
    list_select_related = ["decided_by"]


@admin.register(UploadBatch)
class UploadBatchAdmin(ReadOnlyAdmin):
    list_display = ["id", "job_id", "source", "announced_count", "uploaded_by", "created_at"]
    list_filter = ["source"]
    list_select_related = ["uploaded_by"]


@admin.register(UploadItem)
class UploadItemAdmin(ReadOnlyAdmin):
    list_display = ["id", "job_id", "name", "state", "reason", "created_at", "ended_at"]
    list_filter = ["state"]
