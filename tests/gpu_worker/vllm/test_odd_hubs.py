"""Fetching on a bad day: lines that break, hubs that refuse or fall silent, disks that do not take it."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.conf import settings as django_settings

from gpu_worker.engines.protocol import EngineFailed
from gpu_worker.engines.vllm import downloads, weights
from tests.gpu_worker.engines.test_weights import tensors
from tests.gpu_worker.vllm import odd_hub
from tests.gpu_worker.vllm.hub import COMMIT
from tests.gpu_worker.vllm.odd_hub import OddHub, Refusal
from tests.gpu_worker.vllm.test_downloads import cache, children, left_over, nothing  # noqa: F401

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]

NAME = "someone/tiny"
ASKED, FILES = f"/api/models/{NAME}", f"/{NAME}/resolve/"
GATED = f"{NAME} is gated: accept its licence on the hub and set HF_TOKEN."


@pytest.fixture
def hub(checkpoints, cache, monkeypatch) -> Iterator[OddHub]:  # noqa: F811
    """A hub that serves tiny/text-a as someone/tiny, and nothing odd about it yet."""
    with odd_hub.serving(NAME, checkpoints / "tiny/text-a") as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield hub


async def refusal(revision: str = "") -> str:
    with pytest.raises(EngineFailed) as refused:
        await downloads.fetch(NAME, revision, nothing)
    return str(refused.value)


def child(before: str = "pass") -> tuple[int, list[dict[str, Any]]]:
    """Run the fetching process after `before`, a piece of Python; its exit code and what it said."""
    code = f"from gpu_worker.engines.vllm import downloads; {before}; downloads.main({NAME!r}, '', '{os.getpid()}')"
    ran = subprocess.run([sys.executable, "-c", code], cwd=django_settings.BASE_DIR, stdout=subprocess.PIPE)
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()]


def refused_by_child(before: str) -> str:
    _, said = child(before)
    return said[-1]["refused"]


# Which files


async def test_a_revision_brings_its_own_files_and_not_those_of_main(hub):
    hub.revisions["v1"] = (
        "1" * 40,
        {**hub.files, "config.json": b'{"architectures": ["Old"]}', "old.json": b"{}"},
    )
    await downloads.fetch(NAME, "v1", nothing)
    found = weights.find(NAME, "v1")
    assert (found.architectures, (found.folder / "old.json").is_file()) == (("Old",), True)
    with pytest.raises(weights.NotHere):
        weights.find(NAME)


async def test_a_commit_can_be_fetched_by_its_hash(hub):
    commit = "5" * 40
    hub.revisions["v1"] = (commit, hub.files)
    await downloads.fetch(NAME, commit, nothing)
    assert weights.find(NAME, commit).revision == commit


async def test_large_files_are_fetched_from_where_the_hub_points_to(hub):
    hub.elsewhere = True
    await downloads.fetch(NAME, "", nothing)
    assert hub.asked[-1] == "GET /elsewhere/model.safetensors"
    assert weights.find(NAME).size_bytes == len(hub.files["model.safetensors"])


# A line that breaks


async def test_a_line_that_breaks_is_taken_up_where_it_broke(hub):
    hub.files["model.safetensors"] = tensors(24 << 20)
    hub.breaks["model.safetensors"] = 1
    await downloads.fetch(NAME, "", nothing)
    assert hub.ranges == [f"bytes={10 << 20}-"]  # it is written in pieces of 10 MiB
    assert (weights.find(NAME).folder / "model.safetensors").read_bytes() == tensors(24 << 20)


async def test_or_from_the_beginning_where_the_hub_knows_no_ranges(hub):
    hub.files["model.safetensors"] = tensors(24 << 20)
    hub.breaks["model.safetensors"], hub.forgets_ranges = 1, True
    await downloads.fetch(NAME, "", nothing)
    assert (weights.find(NAME).folder / "model.safetensors").read_bytes() == tensors(24 << 20)


async def test_what_is_told_of_it_never_falls():
    told: list[float] = []
    lines = asyncio.StreamReader()
    for done_bytes in (10, 60, 20, 120, 100):
        lines.feed_data(json.dumps({"done_bytes": done_bytes, "total_bytes": 100}).encode() + b"\n")
    lines.feed_eof()
    await downloads._heard(cast(Any, SimpleNamespace(stdout=lines)), told.append)
    assert told == [0.1, 0.6, 0.6, 1.0, 1.0]


async def test_two_workers_may_fetch_the_same_at_once(hub):
    await asyncio.gather(*(downloads.fetch(NAME, "", nothing) for _ in range(2)))
    assert weights.find(NAME).revision == COMMIT


# Refused by the hub


@pytest.mark.parametrize("begins", [ASKED, FILES])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_licence_that_nobody_has_accepted_is_named_wherever_it_comes_up(hub, begins, status):
    hub.refuses[begins] = Refusal(status=status, code="GatedRepo", message="Access to it is restricted.")
    assert await refusal() == GATED


async def test_a_token_opens_what_is_gated(hub, monkeypatch):
    hub.refuses[f"/{NAME}"] = hub.refuses[ASKED] = Refusal(
        status=401, code="GatedRepo", unless_token="hf_open"
    )
    monkeypatch.setenv("HF_TOKEN", "hf_open")
    await downloads.fetch(NAME, "", nothing)
    assert weights.find(NAME).revision == COMMIT


async def test_a_token_that_has_expired_is_named_and_not_called_an_unknown_model(hub, monkeypatch):
    hub.refuses[ASKED] = Refusal(status=401, message="Invalid credentials in Authorization header")
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    said = await refusal()
    assert said == f"The hub does not accept HF_TOKEN for {NAME}: it is wrong or has expired."


@pytest.mark.parametrize("status", [401, 404])
async def test_an_unknown_repository_says_so_whether_or_not_one_is_signed_in(hub, status):
    hub.refuses[ASKED] = Refusal(status=status, code="RepoNotFound", message="Repository not found")
    assert await refusal() == f"The hub has no model {NAME}, or it is private and HF_TOKEN is not set."


async def test_a_repository_that_the_hub_has_closed_says_so(hub):
    hub.refuses[ASKED] = Refusal(status=403, message="Access to this resource is disabled.")
    assert await refusal() == (
        f"{NAME} cannot be fetched: {hub.url} answers 403, Access to this resource is disabled."
    )


@pytest.mark.parametrize(("status", "message"), [(429, "Too many requests"), (503, "Down for maintenance")])
async def test_a_hub_that_is_overrun_or_down_is_to_be_tried_later(hub, status, message):
    hub.refuses[ASKED] = Refusal(status=status, message=f"{message}.")
    assert await refusal() == (
        f"{NAME} cannot be fetched: {hub.url} answers {status}, {message}. Try again later."
    )


async def test_a_hub_that_says_nothing_of_its_trouble_is_still_understood(hub):
    hub.refuses[ASKED] = Refusal(status=502)
    said = await refusal()
    assert f"{hub.url} answers 502, Server error '502 Bad Gateway'" in said
    assert said.endswith("Try again later.")


# A hub that falls silent


def silence(hub: OddHub) -> str:
    return (
        f"{hub.url} sends no data of {NAME}. Check the network, then try again: "
        "files that are complete are not fetched again."
    )


def test_a_hub_that_never_says_what_it_has_is_given_up(hub):
    hub.silent = {ASKED}
    assert refused_by_child("downloads.ANSWERS_WITHIN_S = 0.3") == silence(hub)


def test_a_hub_that_falls_silent_before_it_lists_its_files_is_given_up(hub):
    """Its client would wait for that list for ever."""
    hub.silent = {f"{ASKED}/tree/"}
    assert refused_by_child("downloads.SILENT_S = downloads.TELL_EVERY_S = 0.3") == silence(hub)


def test_a_hub_that_stops_in_the_middle_of_a_file_is_given_up_and_nothing_half_is_left(hub, cache):  # noqa: F811
    hub.held = {"model.safetensors"}
    code, said = child("downloads.SILENT_S = 1; downloads.TELL_EVERY_S = 0.1")
    assert (code, said[-1]) == (1, {"refused": silence(hub)})
    assert left_over(cache) == []


def test_a_hub_that_is_only_slow_is_waited_for(tmp_path, monkeypatch):
    """A byte at each look is enough, however long it takes."""
    snapshot = downloads.Snapshot(repository=tmp_path, commit=COMMIT, sizes={"model.safetensors": 100})
    part = tmp_path / "blobs" / "e1.incomplete"
    part.parent.mkdir()
    done, told = threading.Event(), []

    def one_more_byte(**said: Any) -> None:
        told.append(said)
        part.write_bytes(b"0" * len(told))
        if len(told) == 20:
            done.set()

    monkeypatch.setattr(downloads, "SILENT_S", 0)
    monkeypatch.setattr(downloads, "TELL_EVERY_S", 0.001)
    monkeypatch.setattr(downloads, "_say", one_more_byte)
    monkeypatch.setattr(downloads, "_leave", done.set)
    downloads._tell(NAME, snapshot, done)
    assert not [said for said in told if "refused" in said]


async def test_a_fetching_process_that_somebody_killed_is_not_taken_for_a_success(hub):
    hub.held = {"model.safetensors"}
    fetching = asyncio.create_task(downloads.fetch(NAME, "", nothing))
    await asyncio.to_thread(hub.halfway.wait)
    children()[0].kill()
    with pytest.raises(EngineFailed, match=f"^Fetching {NAME} ended with -9; the log says why.$"):
        await fetching


# A disk that does not take it


def test_a_disk_that_refuses_in_the_middle_says_where_and_why(hub, cache):  # noqa: F811
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))"
    assert refused_by_child(limit) == (
        f"{NAME} cannot be kept in {cache}: File too large. Fix this, or set HF_HOME to another folder."
    )


async def test_a_cache_that_is_no_folder_says_so(hub, cache):  # noqa: F811
    cache.write_text("in the way")
    said = await refusal()
    assert said.startswith(f"{NAME} cannot be kept in {cache}: ")
    assert said.endswith("Fix this, or set HF_HOME to another folder.")


# In words


@pytest.fixture
def sentence(cache) -> Callable[[Exception], str]:  # noqa: F811
    return lambda error: downloads._sentence(NAME, "", error)


def test_a_full_disk_is_called_so(sentence):
    assert "No space left on device. Fix this" in sentence(OSError(28, "No space left on device"))


def test_what_the_hubs_client_says_of_its_cache_is_left_out_for_what_was_wrong_with_the_hub(sentence):
    from huggingface_hub import errors

    error = errors.LocalEntryNotFoundError("An error happened while trying to locate the files on the Hub")
    error.__cause__ = RuntimeError("[Errno 111] Connection refused")
    assert ": [Errno 111] Connection refused. Check the network" in sentence(error)


def test_without_a_cause_its_own_words_are_said(sentence):
    from huggingface_hub import errors

    assert ": Odd. Check" in sentence(errors.LocalEntryNotFoundError("Odd\nmore"))


def test_an_error_without_words_is_called_by_its_name(sentence):
    assert ": RuntimeError. Check" in sentence(RuntimeError())


def test_a_name_that_no_hub_can_have_says_where_to_put_it(sentence):
    from huggingface_hub import errors

    assert sentence(errors.HFValidationError("Repo id must be …")) == (
        f"{NAME} cannot be fetched: the hub has names such as owner/model only. "
        "Put it into WFC_MODELS_DIR under this name."
    )


def test_how_far_it_came_is_told_before_why_it_ended(hub):
    hub.refuses[f"{FILES}{COMMIT}/model.safetensors"] = Refusal(status=403, message="No.")
    _, said = child()
    assert said[-2]["done_bytes"] == said[-2]["total_bytes"] - len(hub.files["model.safetensors"])
    assert said[-1].keys() == {"refused"}
