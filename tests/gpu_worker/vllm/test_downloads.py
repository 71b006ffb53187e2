"""Fetching weights from a hub, here one on loopback: what is brought, how far it is, and what is refused."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings as django_settings

from gpu_worker.engines.protocol import EngineFailed
from gpu_worker.engines.vllm import downloads, weights
from gpu_worker.engines.vllm.engine import VllmEngine
from tests.gpu_worker.vllm import hub as hub_module
from tests.gpu_worker.vllm.conftest import spec
from tests.gpu_worker.vllm.hub import COMMIT, Hub
from tests.seen import eventually

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]

NAME = "someone/tiny"


@pytest.fixture
def cache(tmp_path, monkeypatch, settings) -> Path:
    """An empty cache of the hub, for this process and for those it starts; no folder of models of ours."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    settings.MODELS_DIR = tmp_path / "models"
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


@pytest.fixture
def hub(checkpoints, cache, monkeypatch) -> Iterator[Hub]:
    """A hub that serves tiny/text-a as someone/tiny."""
    with hub_module.serving(NAME, checkpoints / "tiny/text-a") as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def nothing(share: float) -> None:
    """Told how far it is."""


async def refusal(name: str = NAME, revision: str = "") -> str:
    with pytest.raises(EngineFailed) as refused:
        await downloads.fetch(name, revision, nothing)
    return str(refused.value)


def children() -> list[psutil.Process]:
    """The processes that fetch."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if "gpu_worker.engines.vllm.downloads" in child.cmdline():
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def left_over(cache: Path) -> list[Path]:
    return list(cache.glob("models--*/blobs/*.incomplete"))


async def test_what_was_fetched_is_whole_and_has_the_hubs_commit(hub):
    await downloads.fetch(NAME, "", nothing)
    found = weights.find(NAME)
    assert (found.revision, found.architectures) == (COMMIT, ("Qwen2ForCausalLM",))
    assert found.size_bytes == len(hub.files["model.safetensors"])


async def test_an_engine_fetches_what_is_not_here_and_knows_its_revision_then(hub):
    engine = VllmEngine(spec(NAME))
    await engine.fetch(nothing)
    assert engine.revision == COMMIT


async def test_an_engine_does_not_fetch_what_is_here(hub, checkpoints, settings):
    settings.MODELS_DIR = checkpoints
    await VllmEngine(spec("tiny/text-a")).fetch(nothing)
    assert hub.asked == []


async def test_what_vllm_has_no_use_for_is_left_there(hub):
    hub.files |= {"README.md": b"#" * 1000, "pytorch_model.bin": b"0" * 1000, "flax_model.msgpack": b"0"}
    await downloads.fetch(NAME, "", nothing)
    assert {"README.md", "pytorch_model.bin", "flax_model.msgpack"}.isdisjoint(hub.downloads())
    assert set(hub.downloads()) >= {"config.json", "tokenizer.json", "model.safetensors"}


async def test_weights_come_last_so_that_where_they_are_the_rest_is_too(hub):
    await downloads.fetch(NAME, "", nothing)
    assert hub.downloads()[-1] == "model.safetensors"


async def test_it_tells_how_far_it_is_and_ends_at_1(hub):
    told: list[float] = []
    await downloads.fetch(NAME, "", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_it_counts_the_bytes_that_are_here(hub):
    weights_bytes = 40 << 20  # written in pieces of 10 MiB
    hub.files["model.safetensors"] = bytes(weights_bytes)
    hub.held = {"model.safetensors"}
    others_bytes = sum(map(len, hub.files.values())) - weights_bytes
    half = (others_bytes + weights_bytes / 2) / (others_bytes + weights_bytes)
    told: list[float] = []
    fetching = asyncio.create_task(downloads.fetch(NAME, "", told.append))
    await asyncio.to_thread(eventually, lambda: told and told[-1] == pytest.approx(half, abs=0.02))
    hub.going_on.set()
    await fetching


async def test_what_was_fetched_before_of_another_commit_does_not_count(hub, cache):
    other = cache / f"models--{NAME.replace('/', '--')}" / "blobs"
    other.mkdir(parents=True)
    (other / "of-another-commit").write_bytes(b"0" * 10_000_000)
    hub.held = {"model.safetensors"}
    told: list[float] = []
    fetching = asyncio.create_task(downloads.fetch(NAME, "", told.append))
    await asyncio.to_thread(hub.halfway.wait)
    await asyncio.to_thread(eventually, lambda: len(told) > 1)
    assert max(told) < 0.95
    hub.going_on.set()
    await fetching


async def test_a_revision_is_fetched_under_its_name(hub):
    await downloads.fetch(NAME, "main", nothing)
    assert weights.find(NAME, "main").revision == COMMIT


# Refused, in words


async def test_a_gated_repository_says_what_to_do(hub):
    hub.gated = True
    assert await refusal() == f"{NAME} is gated: accept its licence on the hub and set HF_TOKEN."


async def test_an_unknown_repository_says_so(hub):
    said = await refusal("someone/else")
    assert said == "The hub has no model someone/else, or it is private and HF_TOKEN is not set."


async def test_an_unknown_revision_says_so(hub):
    assert await refusal(revision="v9") == f"The hub has no revision v9 of {NAME}."


async def test_a_name_that_no_hub_can_have_says_so(hub):
    assert (await refusal("a/b/c")).startswith("a/b/c cannot be fetched")


async def test_a_hub_that_does_not_answer_says_so(cache, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    said = await refusal()
    assert said == (
        f"{NAME} cannot be fetched from http://127.0.0.1:9: [Errno 111] Connection refused. "
        "Check the network and HF_ENDPOINT, or put the weights into WFC_MODELS_DIR."
    )


async def test_a_repository_without_safetensors_says_so(hub):
    del hub.files["model.safetensors"]
    hub.files["pytorch_model.bin"] = b"0"
    assert (
        await refusal()
        == f"{NAME} has no weights in *.safetensors on the hub; other formats are not fetched."
    )
    assert hub.downloads() == []


async def test_a_disk_that_is_too_small_says_how_much_is_needed(hub):
    hub.grown_bytes = 1 << 50
    assert f"{NAME} needs 1048576.0 GiB more on the disk of" in await refusal()
    assert hub.downloads() == []


async def test_where_the_operator_forbids_it_nothing_is_asked_of_the_hub(hub, monkeypatch):
    monkeypatch.setattr(weights, "_MAY_DOWNLOAD", False)
    assert "HF_HUB_OFFLINE forbids" in await refusal()
    assert hub.asked == []


@pytest.mark.parametrize(("said", "may"), [("1", False), ("true", False), ("", True), ("0", True)])
def test_the_operators_word_is_the_one_at_the_start(said, may):
    """Later on the worker sets HF_HUB_OFFLINE itself."""
    code = (
        "import django, os; django.setup(); from gpu_worker.engines.vllm import weights;"
        "os.environ['HF_HUB_OFFLINE'] = '1'; print(weights.may_download())"
    )
    env = {**os.environ, "HF_HUB_OFFLINE": said, "DJANGO_SETTINGS_MODULE": "wfc_site.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=django_settings.BASE_DIR, capture_output=True, text=True
    )
    assert ran.stdout.strip() == str(may)


async def test_a_worker_that_is_offline_itself_still_fetches(hub, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # as `arguments.environment` sets it
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "1")
    await downloads.fetch(NAME, "", nothing)
    assert weights.find(NAME).revision == COMMIT


# Given up, and tried again


async def test_a_fetch_that_is_given_up_leaves_no_process_and_no_half_files(hub, cache):
    hub.held = {"model.safetensors"}
    fetching = asyncio.create_task(downloads.fetch(NAME, "", nothing))
    await asyncio.to_thread(hub.halfway.wait)
    assert len(children()) == 1
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    assert fetching.cancelled()
    assert (children(), left_over(cache)) == ([], [])


async def test_a_fetch_goes_on_where_an_earlier_one_was_given_up(hub):
    hub.held = {"model.safetensors"}
    fetching = asyncio.create_task(downloads.fetch(NAME, "", nothing))
    await asyncio.to_thread(hub.halfway.wait)
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    hub.held, hub.asked = set(), []
    await downloads.fetch(NAME, "", nothing)
    assert hub.downloads() == ["model.safetensors"]
    assert weights.find(NAME).revision == COMMIT


async def test_half_of_a_repository_is_not_taken_for_the_whole(hub):
    hub.held = {"model.safetensors"}
    fetching = asyncio.create_task(downloads.fetch(NAME, "", nothing))
    await asyncio.to_thread(hub.halfway.wait)
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
    with pytest.raises(weights.NotHere):
        weights.find(NAME)


async def test_what_a_killed_fetch_left_is_cleared_away_by_a_later_one(hub, cache):
    left = cache / f"models--{NAME.replace('/', '--')}" / "blobs" / "abc.1234.incomplete"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"0" * 1000)
    os.utime(left, (0, 0))
    await downloads.fetch(NAME, "", nothing)
    assert not left.exists()


def test_a_fetch_ends_with_the_worker_that_wants_it(hub, cache):
    """However the worker went: the child watches it."""
    hub.held = {"model.safetensors"}
    worker = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    child = subprocess.Popen(
        [sys.executable, "-m", "gpu_worker.engines.vllm.downloads", NAME, "", str(worker.pid)],
        cwd=django_settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
    )
    hub.halfway.wait()
    worker.kill()
    worker.communicate()
    child.wait(60)
    assert left_over(cache) == []


def test_a_fetch_whose_worker_is_gone_already_does_not_begin(hub):
    child = subprocess.run(
        [sys.executable, "-m", "gpu_worker.engines.vllm.downloads", NAME, "", str(2**22)],
        cwd=django_settings.BASE_DIR,
        stdout=subprocess.PIPE,
    )
    assert child.returncode == 1


def test_it_says_lines_of_json_and_nothing_else(hub):
    child = subprocess.run(
        [sys.executable, "-m", "gpu_worker.engines.vllm.downloads", NAME, "", str(os.getpid())],
        cwd=django_settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    said = [json.loads(line) for line in child.stdout.splitlines()]
    assert all(line.keys() == {"done_bytes", "total_bytes"} for line in said)
