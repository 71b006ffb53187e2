"""The place a test run works in, set before Django reads its settings (`-p tests.environment`).

Every run has a data folder of its own: nothing is shared with `make run` or with another run beside it.
With `--postgres` the run has a PostgreSQL server of its own instead of SQLite.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests import postgres

_held = contextlib.ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", action="store_true", help="run what touches the database on a private PostgreSQL server"
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)  # a wrapper runs before pytest-django's own hook
def pytest_load_initial_conftests(early_config: pytest.Config):
    for name in [name for name in os.environ if name.startswith("WFC_") or name in ("REDIS_URL", "PORT")]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="wfc-test-"))
    _held.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["WFC_DATA_DIR"] = str(folder)
    # Playwright's synchronous calls keep an event loop in the thread that runs the tests.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if early_config.known_args_namespace.postgres:
        os.environ["WFC_DATABASE_URL"] = _held.enter_context(postgres.server())
    return (yield)


def pytest_unconfigure() -> None:
    _held.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --postgres only what touches the database runs, without it nothing that needs PostgreSQL."""
    on_postgres = config.getoption("postgres")
    left_out = [item for item in items if not _belongs(item, on_postgres)]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def _belongs(item: pytest.Item, on_postgres: bool) -> bool:
    if on_postgres:
        touches = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", []))
        return bool(touches) or item.get_closest_marker("django_db") is not None
    return item.get_closest_marker("postgres") is None
