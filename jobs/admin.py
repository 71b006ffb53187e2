"""Owners and teams of jobs. Texts of jobs are edited on their pages, which keep versions."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from jobs.models import Job, JobVersion, Team
from models_admin.kit.admin import ReadOnlyAdmin


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    filter_horizontal = ["members"]
    search_fields = ["name"]


class VersionInline(admin.TabularInline):
    model = JobVersion
    fields = ["number", "title", "criteria", "created_by", "created_at"]
    readonly_fields = ["number", "title", "criteria", "created_by", "created_at"]
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[JobVersion]:
        return super().get_queryset(request).prefetch_related("criteria")

    def criteria(self, version: JobVersion) -> str:
        return ", ".join(map(str, version.criteria.all()))

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Only owner and team can be changed: people leave, jobs stay."""

    list_display = ["__str__", "owner", "team", "created_at"]
    list_filter = ["team"]
    list_select_related = ["owner", "team"]
    fields = ["owner", "team"]
    inlines = [VersionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return Job.objects.visible_to(request.user).prefetch_related("versions")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("jobs.change_job")
