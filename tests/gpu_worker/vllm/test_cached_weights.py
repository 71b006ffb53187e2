"""Weights in the hub's own cache: which revision is found there, without ever asking the hub."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gpu_worker.engines.vllm import weights
from gpu_worker.engines.vllm.weights import NotHere
from tests.gpu_worker.engines.test_weights import model, tensors

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore")]

NAME = "acme/reader"
OLD, NEW = "1" * 40, "2" * 40


@pytest.fixture
def cache(tmp_path, settings, monkeypatch) -> Path:
    """The cache's folder of acme/reader; whoever went to the hub from here would be refused."""
    from huggingface_hub import constants

    settings.MODELS_DIR = tmp_path / "models"
    settings.MODELS_DIR.mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    return tmp_path / "hub" / "models--acme--reader"


Cached = Callable[..., Path]


@pytest.fixture
def cached(cache) -> Cached:
    """Put a commit into the cache, as a branch or tag where that is said; returns its folder."""

    def put(commit: str, ref: str = "", content: bytes = tensors()) -> Path:
        if ref:
            (cache / "refs").mkdir(parents=True, exist_ok=True)
            (cache / "refs" / ref).write_text(commit)
        return model(cache / "snapshots" / commit, model=content)

    return put


def test_unpinned_it_is_what_main_was_when_it_was_fetched_last(cached):
    cached(OLD)
    folder = cached(NEW, "main")
    assert (weights.find(NAME).folder, weights.find(NAME).revision) == (folder, NEW)


def test_a_commit_is_found_by_its_hash(cached):
    folder = cached(OLD)
    cached(NEW, "main")
    assert (weights.find(NAME, OLD).folder, weights.find(NAME, OLD).revision) == (folder, OLD)


def test_a_tag_is_found_by_its_name_and_known_by_its_commit(cached):
    cached(OLD, "v1.0")
    cached(NEW, "main")
    assert weights.find(NAME, "v1.0").revision == OLD


def test_another_revision_does_not_stand_in_for_the_pinned_one(cached):
    cached(NEW, "main")
    with pytest.raises(
        NotHere, match=r"^The weights of acme/reader at revision v2 are not on this machine\.$"
    ):
        weights.find(NAME, "v2")


def test_a_pinned_commit_alone_is_not_what_an_unpinned_model_means(cached):
    cached(OLD)
    with pytest.raises(NotHere, match=r"^The weights of acme/reader are not on this machine\.$"):
        weights.find(NAME)


def test_a_folder_of_ours_goes_before_it(cached, settings):
    cached(NEW, "main")
    own = model(settings.MODELS_DIR / NAME)
    assert weights.find(NAME).folder == own


def test_it_is_no_folder_of_ours(cached):
    cached(NEW, "main")
    assert not weights.is_own(NAME)


def test_links_to_the_caches_blobs_are_weights(cached, cache):
    file = cached(NEW, "main") / "model.safetensors"
    (cache / "blobs").mkdir()
    file.rename(cache / "blobs" / "e1")
    file.symlink_to(Path("../../blobs/e1"))
    assert weights.find(NAME).size_bytes == len(tensors())


def test_a_link_to_a_blob_that_is_gone_says_so(cached):
    file = cached(NEW, "main") / "model.safetensors"
    file.unlink()
    file.symlink_to(Path("../../blobs/gone"))
    with pytest.raises(NotHere, match=r"The weights of acme/reader cannot be read: .*No such file"):
        weights.find(NAME)


def test_what_is_half_here_says_what_is_missing(cached):
    (cached(NEW, "main") / "model.safetensors").unlink()
    with pytest.raises(NotHere, match="The folder of acme/reader has no weights in it"):
        weights.find(NAME)


def test_weights_without_a_config_that_names_their_class_say_so(cached):
    folder = cached(NEW, "main")
    (folder / "config.json").rename(folder / "params.json")
    with pytest.raises(NotHere, match=r"has no config\.json"):
        weights.find(NAME)


@pytest.mark.parametrize("name", ["one/two/three", "a..b", "acme/-reader", "x" * 97, "../acme/reader"])
def test_a_name_that_no_repository_can_have_is_only_not_here(cache, name):
    with pytest.raises(NotHere, match="are not on this machine"):
        weights.find(name)
