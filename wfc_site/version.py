"""The version of the site that a page belongs to: a digest of all scripts, styles and pictures.

A page names its version when it connects. After an upgrade the page that is still open is told to reload,
and its scripts take no fragment of a newer version.
"""

from typing import cast

from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest

from wfc_site.answer_headers import adding
from wfc_site.static_files import HashedStaticFiles

HEADER = "Wfc-Version"


def current() -> str:
    return cast(HashedStaticFiles, staticfiles_storage).manifest_hash


def context(_: HttpRequest) -> dict[str, str]:
    """Template context: the version, for `_scripts.html`."""
    return {"site_version": current()}


def _for_scripts(request: HttpRequest) -> dict[str, str]:
    return {HEADER: current()} if "HX-Request" in request.headers else {}


version_header = adding(_for_scripts)
