"""The table of a job's page with 103,424 candidates, against the same with 101: sorted, filtered, searched.

On SQLite, and on PostgreSQL where a server is installed. Whole requests by Django's test client, in this
process, without a network. Prints JSON lines {"name", "value", "unit", "ratio", "against"}; milliseconds, best
of the turns.
"""

import io
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tests import postgres
from tests.benchmarks import _lines, _place

if TYPE_CHECKING:
    from django.test import Client

    from tests.world import World

DOUBLINGS = 10  # of 101 rows
TURNS = 7
RARE = "zymurgy"
LOOKS = {
    "first page": "",
    "sorted by name": "sort=name",
    "half-way through": "after={half_way}",
    "filtered": "outcome=Rejected&decision=Pending",
    "filtered, nobody matches": "decision=Accepted",
    "out of date": "stale=1",
    "a word of everybody": "q=python",
    "a word of one in a hundred": f"q={RARE}",
}


def main(database: str = "sqlite") -> None:
    if database == "postgresql":
        with postgres.server() as address, _place.opened_with_redis(WFC_DATABASE_URL=address):
            _measure(database)
        return
    with _place.opened_with_redis():
        _measure(database)
    if postgres.binary_folder():
        subprocess.run([sys.executable, "-m", "tests.benchmarks.table", "postgresql"], check=True)


def _measure(database: str) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from models_admin.models import ModelConfig
    from models_admin.registry import yaml_file
    from tests import world
    from tests.candidates.table import rows

    settings.ALLOWED_HOSTS = ["testserver"]
    yaml_file.load_registry(settings.MODELS_FILE)
    people = world.build()
    model_config = ModelConfig.objects.get(name="rules/balanced")
    rows.hundred(people.job, model_config)
    rows.fill(people.job, model_config, [{"name": "Q", "email": "q@example.org", "text": RARE}])
    few = _took(people)
    with transaction.atomic():  # a row points at what comes after it
        rows.multiply(DOUBLINGS)
    start = time.perf_counter()
    call_command("reindex", stdout=io.StringIO())
    each_ms = (time.perf_counter() - start) * 1000 / (101 * 2**DOUBLINGS)
    _lines.show(f"table.{database}.reindex", each_ms, "ms/row", 1, "itself")
    with connection.cursor() as cursor:
        # What a server does by itself in the course of time.
        cursor.execute("ANALYZE" if database == "sqlite" else "VACUUM ANALYZE")
    for look, ms in _took(people).items():
        _lines.show(f"table.{database}.{look}", ms, "ms", ms / few[look], f"{few[look]:.1f} ms with 101 rows")
    connection.close()  # or its server does not end


def _took(people: "World") -> dict[str, float]:
    """The milliseconds that each look takes."""
    from django.http import QueryDict
    from django.test import Client
    from django.urls import reverse

    from candidates.models import Application
    from candidates.table import Listing, paging

    client = Client(headers={"HX-Request": "true", "HX-Target": "listing"})
    client.force_login(people.alice)
    every = Application.objects.order_by("pk")
    cursor = paging.cursor(Listing.from_query(people.job.pk, QueryDict()), every[every.count() // 2])
    address = reverse("job-page", args=[people.job.pk])
    addresses = {look: f"{address}?{query.format(half_way=cursor)}" for look, query in LOOKS.items()}
    return {look: _ms(partial(_shown, client, address)) for look, address in addresses.items()}


def _shown(client: "Client", address: str) -> None:
    assert client.get(address).status_code == 200


def _ms(step: Callable[[], object]) -> float:
    step()  # what is done once in a process
    took = []
    for _ in range(TURNS):
        start = time.perf_counter()
        step()
        took.append(time.perf_counter() - start)
    return min(took) * 1000


if __name__ == "__main__":
    main(*sys.argv[1:])
