"""Tables of any length, and people who are signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client

from candidates import table
from candidates.deciding import decisions
from candidates.models import Application
from candidates.table import Listing
from jobs.models import Job
from models_admin.models import ModelConfig
from tests.candidates.table.rows import fill
from tests.world import World


@pytest.fixture
def balanced(registry) -> ModelConfig:
    return ModelConfig.objects.get(name="rules/balanced")


@pytest.fixture
def strict(registry) -> ModelConfig:
    return ModelConfig.objects.get(name="rules/strict")


@pytest.fixture
def add(world: World, balanced: ModelConfig) -> Callable[..., Application]:
    """`add("Ann", outcome="Rejected", verdict="Accepted", day=3, text="Python", …)`: one row, as it would be."""

    def add(name: str, **said: Any) -> Application:
        [made] = fill(said.pop("job", world.job), said.pop("model", balanced), [{"name": name, **said}])
        if verdict := said.get("verdict"):
            decisions.decide(made, status=verdict, user=world.alice)
        return made

    return add


@pytest.fixture
def listed(world: World) -> Callable[..., list[str]]:
    """The names on the page of Alice's job at an address: `listed("sort=name&decision=Pending")`."""

    def listed(query: str = "") -> list[str]:
        return [row.candidate.name for row in table.page(of(world.job, query)).rows]

    return listed


def of(job: Job, query: str = "") -> Listing:
    return Listing.from_query(job.pk, QueryDict(query))


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """`signed_in(world.alice)`: her browser; with `htmx=True` its requests come from our scripts."""

    def signed_in(user: User, htmx: bool = False) -> Client:
        client = Client(headers={"HX-Request": "true", "HX-Target": "listing"} if htmx else {})
        client.force_login(user)
        return client

    return signed_in
