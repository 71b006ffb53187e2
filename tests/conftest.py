"""What tests of every part share: the people, a real Redis, the site on a real socket, the real worker."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client

from models_admin.models import GpuWorker
from models_admin.registry import yaml_file as registry_file
from tests import world as people
from tests.prerequisites import chromium
from tests.seen import eventually
from tests.worker_process import running_worker
from tests.world import World
from wfc_site.launch import embedded_redis


@pytest.fixture(autouse=True)
def _quick_passwords(settings) -> None:
    """Real hashing takes a third of a second for each person."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db) -> World:
    """Alice owns a job, Bob is in her team, Charlie must see nothing, Olga may swap: see tests/world.py."""
    return people.build()


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """`signed_in(world.alice)`: her browser; with `htmx=True` its requests come from our scripts."""

    def signed_in(user: User, htmx: bool = False) -> Client:
        client = Client(headers={"HX-Request": "true"} if htmx else {})
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def registry(db) -> None:
    """The shipped config/models.yaml as ModelConfig rows."""
    registry_file.load_registry(django_settings.MODELS_FILE)


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """A real Redis at settings.REDIS_URL, private to this run."""
    with embedded_redis.running_redis(django_settings.DATA_DIR):
        yield django_settings.REDIS_URL


@pytest.fixture(scope="session")
def _served(redis) -> Iterator[str]:
    from wfc_site import serve

    listening = socket.create_server(("127.0.0.1", 0))
    server = serve.Quiet(serve.server_config())
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
    thread.start()
    eventually(lambda: server.started)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture
def live_site(_served, transactional_db) -> str:
    """The site's address: uvicorn on a real socket, in this process and on the test database."""
    return _served


@pytest.fixture
def worker(redis, transactional_db, registry) -> Iterator[GpuWorker]:
    """A real worker process on the test database, with the shipped registry, ready for work."""
    with running_worker() as row:
        yield row


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args) -> dict[str, Any]:
    """The system's chromium where there is one; as root it runs only without its sandbox."""
    system = {"executable_path": path} if (path := chromium()) else {}
    return {**browser_type_launch_args, **system, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture
def sign_in(live_site) -> Callable[..., None]:
    """Sign a person in without the form: `sign_in(page.context, world.alice)`."""

    def sign_in(context: Any, user: User) -> None:
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_site}])

    return sign_in
