"""Every page in light, dark and on a phone: nothing that axe objects to, nothing wider than the window.

`make screenshots` runs these tests for their pictures.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from candidates.deciding import decisions
from candidates.models import Application
from models_admin.models import ModelConfig
from tests.browser.conftest import RESUMES, barriers, look, overflow_px
from tests.seen import eventually
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SAMPLES = sorted((settings.BASE_DIR / "config" / "demo").glob("*.pdf"))
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 780}},
}


@pytest.fixture
def full(world, worker, open_page) -> World:
    """A job with the sample résumés, each with its verdict, and some decided; and a swap that has ended."""
    page = open_page(world.alice, f"/jobs/{world.job.pk}")
    files = [*RESUMES, *SAMPLES]
    page.set_input_files("#files", files)
    expect(page.locator("#counts")).to_contain_text(f"{len(files)} received =", timeout=60_000)
    eventually(lambda: not world.job.items.filter(ended_at=None).exists(), 60)
    for application, verdict in zip(
        Application.objects.order_by("-pk"), ("Accepted", "Rejected"), strict=False
    ):
        decisions.decide(application, status=verdict, user=world.alice)
    page.context.close()
    return world


def pages(world: World) -> dict[str, tuple[str, str]]:
    """Who opens what, by the picture's name."""
    application = Application.objects.exclude(current_evaluation__criteria=[]).order_by("pk")[0]
    return {
        "jobs": ("alice", "/"),
        "job": ("alice", f"/jobs/{world.job.pk}"),
        "job-edit": ("alice", f"/jobs/{world.job.pk}/edit"),
        "job-new": ("alice", "/jobs/new"),
        "application": ("alice", f"/applications/{application.pk}"),
        "comparison": ("alice", f"/jobs/{world.job.pk}/compare"),
        "screen-again": ("alice", reverse("job-screen", args=[world.job.pk])),
        "files": ("alice", reverse("job-ledger", args=[world.job.pk])),
        "models": ("olga", "/models"),
        "nowhere": ("alice", "/nowhere"),
    }


def admin_pages() -> dict[str, tuple[str, str]]:
    row = ModelConfig.objects.get(name="rules/strict")
    of_models = "/admin/models_admin/modelconfig"
    return {
        "admin": ("olga", "/admin/"),
        "admin-models": ("olga", f"{of_models}/"),
        "admin-model": ("olga", f"{of_models}/{row.pk}/change/"),
        "admin-import": ("olga", f"{of_models}/import"),
    }


@pytest.fixture
def visit(browser: Browser, live_site, sign_in) -> Iterator[Callable[..., Page]]:
    """`visit(world.alice, "/", color_scheme="dark")`: the page when it has loaded, in a browser of her own."""
    contexts = []

    def visit(user: User, path: str, **how: Any) -> Page:
        contexts.append(browser.new_context(base_url=live_site, **how))
        sign_in(contexts[-1], user)
        page = contexts[-1].new_page()
        page.goto(path)
        page.wait_for_load_state("networkidle")
        return page

    yield visit
    for context in contexts:
        context.close()


def test_every_page_is_clean(full, visit):
    found: list[str] = []
    for way, how in LOOKS.items():
        for name, (person, path) in pages(full).items():
            page = visit(getattr(full, person), path, **how)
            look(page, f"{name}-{way}")
            found += [f"{way}: {barrier}" for barrier in barriers(page)]
            if wider := overflow_px(page):
                found.append(f"{way}: {path}: {wider} px wider than its window")
            page.context.close()
    assert found == []


def test_what_is_ours_in_the_admin_shows(world, worker, visit):
    """The stock admin has findings of its own, so axe is not asked."""
    for way, how in LOOKS.items():
        for name, (person, path) in admin_pages().items():
            page = visit(getattr(world, person), path, **how)
            look(page, f"{name}-{way}")
            expect(page.locator("#content")).to_be_visible()
            page.context.close()


def test_signing_in_is_clean(live_site, page):
    page.goto(f"{live_site}/sign-in")
    assert barriers(page) == []
