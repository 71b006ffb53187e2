"""vLLM shares the site's environment: the site serves all the same, and loads nothing of it."""

from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.launch.stack_process import demo, free_port, get, running

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(180)]
WEIGHTY = ("torch", "vllm", "transformers", "numpy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def site(folder) -> Iterator[psutil.Process]:
    """The process that serves, of a whole stack on an empty folder."""
    with running(folder, free_port()) as stack:
        children = psutil.Process(stack.pid).children(recursive=True)
        yield next(child for child in children if "wfc_site.serve" in child.cmdline())


@pytest.mark.parametrize("path", ["/api/jobs", "/api/models/status", "/api/schema"])
def test_the_site_serves(site, folder, path):
    assert get(demo(folder), "operator", path).status_code == 200


def test_it_serves_its_pages_to_strangers(site, folder):
    assert httpx.get(f"{demo(folder)['url']}/sign-in").status_code == 200


def test_having_served_it_has_loaded_no_library_of_vllm(site, folder):
    get(demo(folder), "operator", "/api/models/status")
    mapped = {entry.path for entry in site.memory_maps()}
    assert [path for path in mapped for name in WEIGHTY if f"/site-packages/{name}" in path] == []
