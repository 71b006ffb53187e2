"""Pages that are signed in, and what they would say to a developer: nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

RESUMES = sorted((Path(__file__).parent.parent / "data" / "resumes").glob("*.pdf"))
SCREENSHOTS = Path(__file__).parent.parent.parent / "screenshots"
expect.set_options(timeout=60_000)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests last: from the first one on Playwright's event loop runs in this thread, in which
    Django's client for tests then refuses to work."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture
def open_page(browser: Browser, live_site, sign_in) -> Iterator[Callable[..., Page]]:
    """`open_page(world.alice, "/jobs/1")`: a browser of her own, whose page is connected.

    Words such as `color_scheme="dark"` are given to the browser. What a page writes into the console fails.
    """
    contexts, complaints = [], []

    def open_page(user: User, path: str, **how: Any) -> Page:
        context = browser.new_context(base_url=live_site, **how)
        contexts.append(context)
        sign_in(context, user)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.goto(path)
        if how.get("java_script_enabled", True):
            expect(page.locator("body")).to_have_attribute("data-connection", "live")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def look(page: Page, name: str) -> None:
    """Keep a picture of the page for people to look at (the folder is not kept in git)."""
    SCREENSHOTS.mkdir(exist_ok=True)
    # With its caret left alone: Playwright hides it by a style that our policy does not let in.
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, caret="initial")


WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def barriers(page: Page) -> list[str]:
    """What axe finds on the page as it is now: a line for each rule and element, none where it is clean."""
    found = Axe().run(page, options={**WCAG, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url}: {rule['id']}: {node['target'][0]}: {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found
        for node in rule["nodes"]
    ]


def overflow_px(page: Page) -> int:
    """How far the page is wider than its window."""
    return page.locator("html").evaluate("root => root.scrollWidth - root.clientWidth")
