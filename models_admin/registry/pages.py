"""Admin pages that import the registry from a YAML file and export it."""

from typing import cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from models_admin.registry import yaml_file
from models_admin.registry.yaml_file import RegistryError

LARGEST_BYTES = 2**20  # plenty for a file written by hand
LIST = "admin:models_admin_modelconfig_changelist"


class ImportForm(forms.Form):
    file = forms.FileField(
        label="YAML file",
        help_text="In the format of config/models.yaml and of the export.",
        error_messages={"required": "Choose a YAML file.", "empty": "The file is empty."},
    )
    overwrite = forms.BooleanField(
        required=False,
        label="Overwrite existing models",
        help_text="Otherwise models that are already in the registry stay unchanged.",
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if file.size is None or file.size > LARGEST_BYTES:
            raise forms.ValidationError(
                "The file is larger than 1 MiB, which is too large for a list of models."
            )
        return file


def import_page(request: HttpRequest) -> HttpResponse:
    """Import a file into the registry: all of it, or nothing if it has any problem."""
    if not request.user.has_perms(["models_admin.add_modelconfig", "models_admin.change_modelconfig"]):
        raise PermissionDenied("You may not change the registry. Ask an operator.")
    sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if sent else ImportForm()
    problems: list[str] = []
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            loaded = yaml_file.add_models(
                yaml_file.parse_registry(file.read(), file.name),
                overwrite=form.cleaned_data["overwrite"],
                actor=cast(User, request.user),
            )
        except RegistryError as error:
            problems = error.problems
        else:
            counts = len(loaded.created), len(loaded.updated), len(loaded.kept)
            messages.success(request, "{} created, {} updated, {} unchanged.".format(*counts))
            return redirect(LIST)
    context = admin.site.each_context(request) | {
        "title": "Import models",
        "form": form,
        "problems": problems,
    }
    status = 400 if problems or form.errors else 200
    return render(request, "admin/models_admin/modelconfig/import.html", context, status=status)


def export(request: HttpRequest) -> HttpResponse:
    """Download the registry as a YAML file."""
    if not request.user.has_perm("models_admin.view_modelconfig"):
        raise PermissionDenied("You may not view the registry. Ask an operator.")
    return HttpResponse(
        yaml_file.export_registry(cast(User, request.user)),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="models.yaml"'},
    )
