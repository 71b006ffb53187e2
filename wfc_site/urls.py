"""All URLs of the site."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

import candidates.blind.fairness_page
import candidates.deciding.bulk_page
import candidates.opinions.comparison_page
import candidates.opinions.repeats_page
import candidates.opinions.screening_page
import candidates.pages.job_page
import candidates.pages.views
import candidates.table.export_page
import candidates.uploads.ledger_page
import jobs.views
import models_admin.views
from candidates.pages import application_page
from wfc_site.health import alive

admin.site.site_header = admin.site.site_title = "Wheat From Chaff"
admin.site.index_title = "Administration"

sign_in = LoginView.as_view(template_name="sign_in.html", redirect_authenticated_user=True)

urlpatterns = [
    path("", jobs.views.job_list, name="job-list"),
    path("jobs/new", jobs.views.new, name="job-new"),
    path("jobs/<int:job_id>", candidates.pages.job_page.job_page, name="job-page"),
    path("jobs/<int:job_id>/edit", jobs.views.edit, name="job-edit"),
    path("jobs/<int:job_id>/fairness", candidates.blind.fairness_page.arrange, name="job-fairness"),
    path("jobs/<int:job_id>/decide", candidates.deciding.bulk_page.decide_many, name="job-decide-many"),
    path(
        "jobs/<int:job_id>/candidates.csv",
        candidates.table.export_page.export_table,
        {"kind": "csv"},
        name="job-export-csv",
    ),
    path(
        "jobs/<int:job_id>/candidates.xlsx",
        candidates.table.export_page.export_table,
        {"kind": "xlsx"},
        name="job-export-xlsx",
    ),
    path("jobs/<int:job_id>/files", candidates.uploads.ledger_page.ledger_page, name="job-ledger"),
    path("jobs/<int:job_id>/upload", candidates.pages.views.upload, name="job-upload"),
    path("jobs/<int:job_id>/screen", candidates.opinions.screening_page.screen, name="job-screen"),
    path("jobs/<int:job_id>/stale", candidates.opinions.screening_page.stale_count, name="job-stale"),
    path(
        "screenings/<int:screening_id>/cancel",
        candidates.opinions.screening_page.cancel,
        name="screening-cancel",
    ),
    path(
        "jobs/<int:job_id>/compare", candidates.opinions.comparison_page.comparison_page, name="job-compare"
    ),
    path("applications/<int:application_id>", application_page.application_page, name="application-page"),
    path("applications/<int:application_id>/decide", application_page.decide, name="application-decide"),
    path("resumes/<int:application_id>/file", candidates.pages.views.resume_file, name="resume-file"),
    path(
        "applications/<int:application_id>/pages/<int:number>",
        candidates.pages.views.page_image,
        name="page-image",
    ),
    path(
        "evaluations/<int:evaluation_id>/reproduce",
        candidates.opinions.repeats_page.reproduce,
        name="evaluation-reproduce",
    ),
    path("items/<int:item_id>/retry", candidates.pages.views.retry, name="item-retry"),
    path("models", models_admin.views.model_list, name="model-list"),
    path("models/swap", models_admin.views.swap, name="swap"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", LogoutView.as_view(), name="sign-out"),
    path("api/", include("wfc_site.api")),
    path("healthz", alive, name="healthz"),
    path("admin/", admin.site.urls),
]
