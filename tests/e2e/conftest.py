"""The whole path: the site on a real socket, a real worker process, a real Redis, real résumés."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from knox.models import AuthToken

from tests.world import World

RESUMES = sorted((Path(__file__).parents[1] / "data" / "resumes").glob("*.pdf"))


@pytest.fixture
def api(live_site, world: World) -> Iterator[Callable[..., httpx.Client]]:
    """A client over HTTP that signs in with a token: `api(world.alice)`."""
    clients = []

    def api(user) -> httpx.Client:
        _, token = AuthToken.objects.create(user)
        client = httpx.Client(base_url=live_site, headers={"Authorization": f"Token {token}"}, timeout=60)
        clients.append(client)
        return client

    yield api
    for client in clients:
        client.close()


@pytest.fixture
def upload(api, world) -> Callable[..., httpx.Response]:
    """Send files to Alice's job in one request, as a program would."""

    def upload(*paths: Path, wait: float = 20) -> httpx.Response:
        files = [("pdf_files", (path.name, path.read_bytes(), "application/pdf")) for path in paths]
        return api(world.alice).post(
            f"/api/upload?wait={wait}", files=files, data={"job_title": "Python developer"}
        )

    return upload
