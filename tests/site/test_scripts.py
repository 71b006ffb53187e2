"""Scripts, styles and pictures of the pages: hashed names, modules that import each other by them, htmx 2."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from django.urls import reverse
from django_htmx.templatetags.django_htmx import htmx_script

from wfc_site import version

HASHED = re.compile(r"^/static/.+\.[0-9a-f]{12}\.\w+$")
IMPORT = re.compile(r'^import (?:[^"]* from )?"([^"]+)";', re.MULTILINE)


@pytest.fixture
def root(world) -> Client:
    """Somebody who may open every page, also in the admin."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def pages(root, world, make_application) -> list[str]:
    ann = make_application("Ann")
    addresses = [
        reverse("job-list"),
        reverse("job-page", args=[world.job.pk]),
        reverse("application-page", args=[ann.pk]),
        reverse("model-list"),
        reverse("admin:models_admin_modelconfig_changelist"),
        reverse("api-docs"),
    ]
    return [root.get(address).content.decode() for address in addresses]


def static_urls(pages: Iterable[str]) -> set[str]:
    return {url.split("#")[0] for page in pages for url in re.findall(r"/static/[^\"' ]+", page)}


def text_of(url: str) -> str:
    return Path(staticfiles_storage.path(url.removeprefix("/static/"))).read_text()


def reached_from(urls: Iterable[str]) -> set[str]:
    """Return the addresses of `urls` and of all modules that they import."""
    reached: set[str] = set()
    waiting = list(urls)
    while waiting:
        url = waiting.pop()
        if url not in reached:
            reached.add(url)
            waiting.extend(imports(url))
    return reached


def imports(url: str) -> Iterator[str]:
    for path in IMPORT.findall(text_of(url)):
        yield normpath(join(dirname(url), path))


def our_scripts(urls: Iterable[str]) -> set[str]:
    return {url for url in urls if url.startswith("/static/wfc/") and url.endswith(".js")}


def our_modules() -> set[str]:
    """Return the names of all scripts that the site ships, such as `wfc/live/rows.js`."""
    folder = Path(finders.find("wfc"))
    return {path.relative_to(folder.parent).as_posix() for path in folder.rglob("*.js")}


def test_every_static_address_in_a_page_is_hashed(pages):
    assert [url for url in static_urls(pages) if not HASHED.match(url)] == []


def test_every_import_leads_to_a_module_with_a_hashed_name(pages):
    modules = reached_from(our_scripts(static_urls(pages)))
    assert [url for url in modules if not HASHED.match(url)] == []
    assert modules > our_scripts(static_urls(pages))


def test_every_module_is_reached_from_a_page(pages):
    shipped = {staticfiles_storage.url(name) for name in our_modules()}
    assert reached_from(our_scripts(static_urls(pages))) == shipped


def test_htmx_is_of_version_2_whatever_the_package_prefers(root, world, monkeypatch):
    monkeypatch.setattr(htmx_script, "__defaults__", (True, 4, ""))
    page = root.get(reverse("job-list")).content.decode()
    scripts = [url for url in static_urls([page]) if "django_htmx" in url]
    assert sorted(re.sub(r"\.[0-9a-f]{12}\.", ".", url) for url in scripts) == [
        "/static/django_htmx/ext/hx-ws-2.min.js",
        "/static/django_htmx/htmx-2.min.js",
    ]


def test_the_page_says_which_version_of_the_site_it_belongs_to(pages):
    live = [page for page in pages if "wfc/live." in page]
    meta = f'<meta name="wfc-version" content="{version.current()}">'
    assert (len(live), all(meta in page for page in live)) == (5, True)


def test_an_answer_to_a_script_says_its_version(root):
    assert root.get("/models", headers={"HX-Request": "true"}).headers[version.HEADER] == version.current()


def test_a_page_as_a_whole_needs_no_such_header(root):
    assert version.HEADER not in root.get("/models").headers
