"""A site that is asked to stop answers the uploads that wait, before it goes."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings
from knox.models import AuthToken

from candidates.models import UploadItem
from tests.api.conftest import PDF
from tests.queued import make_worker
from tests.seen import eventually
from tests.worker_process import database_url
from wfc_site.launch.die_with_parent import dying_with_parent

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(redis) -> Iterator[tuple[str, subprocess.Popen]]:
    """A site in a process of its own, on the test database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "wfc_site.serve", "--port", str(port)]
    variables = {**os.environ, "WFC_DATABASE_URL": database_url()}
    process = subprocess.Popen(dying_with_parent(command), cwd=settings.BASE_DIR, env=variables)
    address = f"http://127.0.0.1:{port}"
    eventually(lambda: answers(address))
    yield address, process
    process.kill()
    process.wait(60)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_waiting_upload_is_answered_with_202(site, world):
    address, process = site
    make_worker("gpu0")
    _, token = AuthToken.objects.create(world.alice)
    heard = []

    def upload():
        heard.append(
            httpx.post(
                f"{address}/api/upload",
                headers={"Authorization": f"Token {token}"},
                data={"job_title": "Python developer"},
                files={"pdf_files": ("a.pdf", PDF)},
                timeout=60,
            )
        )

    waiting = threading.Thread(target=upload)
    waiting.start()
    eventually(UploadItem.objects.exists)
    process.send_signal(signal.SIGTERM)
    waiting.join(60)
    assert ([answer.status_code for answer in heard], process.wait(60) in (0, -signal.SIGTERM)) == (
        [202],
        True,
    )
