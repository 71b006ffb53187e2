"""People at the API, and files to send."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from tests.world import World

PDF = b"%PDF-1.4 not much of one"


def api_of(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def alice(world: World) -> APIClient:
    return api_of(world.alice)


@pytest.fixture
def bob(world: World) -> APIClient:
    return api_of(world.bob)


@pytest.fixture
def charlie(world: World) -> APIClient:
    return api_of(world.charlie)


@pytest.fixture
def olga(world: World) -> APIClient:
    return api_of(world.olga)


@pytest.fixture
def file() -> Callable[..., SimpleUploadedFile]:
    return lambda name="a.pdf", content=PDF: SimpleUploadedFile(name, content)
