"""The site as uvicorn serves it: the probe, static files, sockets' origin, and bodies that are too large."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
import websockets.sync.client
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from wfc_site import asgi
from wfc_site.static_files import HashedStaticFiles

pytestmark = pytest.mark.process

YEAR_S = 31_536_000


def hashed(name: str) -> str:
    return cast(HashedStaticFiles, staticfiles_storage).stored_name(name)


def test_healthz_answers_without_sign_in(live_site):
    answer = httpx.get(f"{live_site}/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_foreign_host_name_is_refused(live_site):
    assert httpx.get(f"{live_site}/healthz", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("name", ["admin/css/base.css", "django_htmx/htmx-2.min.js", "wfc/live.js"])
def test_a_static_file_may_be_kept_forever_by_its_hashed_name(live_site, name):
    answer = httpx.get(live_site + static(name))
    keeping = answer.headers["Cache-Control"]
    assert (answer.status_code, answer.content) == (
        200,
        Path(staticfiles_storage.path(hashed(name))).read_bytes(),
    )
    assert ("immutable" in keeping, int(re.search(r"max-age=(\d+)", keeping)[1]) > YEAR_S) == (True, True)


def test_a_static_file_is_asked_for_again_by_its_plain_name(live_site):
    assert httpx.get(f"{live_site}/static/wfc/live.js").headers["Cache-Control"] == "max-age=60, public"


def test_a_script_is_served_as_one(live_site):
    """Browsers refuse modules of any other type."""
    assert httpx.get(live_site + static("wfc/live.js")).headers["Content-Type"].startswith("text/javascript")


def test_a_socket_from_another_origin_is_refused(live_site):
    address = live_site.replace("http", "ws", 1) + "/ws/live"
    with pytest.raises(InvalidStatus, match="403"):
        websockets.sync.client.connect(address, origin=Origin("http://evil.example"))


@pytest.fixture
def small_limit(monkeypatch) -> None:
    """Requests may carry 1 MiB."""
    monkeypatch.setattr(asgi.application.application_mapping["http"], "limit_bytes", 2**20)


SOMEBODY = {"Authorization": "Token unknown"}


def chunks(count: int) -> Iterator[bytes]:
    """A body of `count` pieces of 64 KiB whose length is not announced."""
    for _ in range(count):
        yield bytes(2**16)


@pytest.mark.parametrize("body", [bytes(2**20 + 1), chunks(17)], ids=["announced", "streamed"])
def test_a_body_that_is_too_large_is_refused_with_a_sentence(live_site, small_limit, body):
    answer = httpx.post(f"{live_site}/api/upload", content=body, headers=SOMEBODY, timeout=60)
    assert answer.status_code == 413
    assert answer.json() == {"detail": "A request may carry 1 MiB: send fewer files at once."}


def test_a_page_is_told_the_same_in_plain_text(live_site, small_limit):
    answer = httpx.post(f"{live_site}/sign-in", content=bytes(2**20 + 1), headers=SOMEBODY, timeout=60)
    assert answer.text == "A request may carry 1 MiB: send fewer files at once."


def test_a_body_of_just_the_limit_reaches_the_site(live_site, small_limit):
    answer = httpx.post(f"{live_site}/api/upload", content=bytes(2**20), timeout=60)
    assert answer.status_code in (401, 403)


def test_a_stranger_may_send_no_more_than_a_form(live_site):
    answer = httpx.post(f"{live_site}/api/upload", content=bytes(2**20 + 1), timeout=60)
    assert (answer.status_code, answer.json()) == (413, {"detail": "Sign in before you send files."})
