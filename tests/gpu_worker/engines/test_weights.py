"""Where weights are, and whether they are whole: said before any process is started."""

import json
import struct
from pathlib import Path

import pytest

from gpu_worker.engines.vllm import weights
from gpu_worker.engines.vllm.weights import NotHere


@pytest.fixture
def models(tmp_path, settings) -> Path:
    """Our folder of models, beside something that is none of theirs."""
    settings.MODELS_DIR = tmp_path / "models"
    settings.MODELS_DIR.mkdir()
    return settings.MODELS_DIR


def tensors(data_bytes: int = 16, said_bytes: int | None = None) -> bytes:
    """A safetensors file of one tensor, whose header says `said_bytes`."""
    end = data_bytes if said_bytes is None else said_bytes
    header = json.dumps({"w": {"dtype": "F32", "shape": [end // 4], "data_offsets": [0, end]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(data_bytes)


def model(folder: Path, config: object = None, **files: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config or {"architectures": ["LlamaForCausalLM"]}))
    for name, content in (files or {"model": tensors()}).items():
        (folder / f"{name}.safetensors").write_bytes(content)
    return folder


def test_a_name_is_a_folder_of_ours(models):
    model(models / "acme" / "reader")
    found = weights.find("acme/reader")
    assert (found.folder, found.architectures) == (models / "acme" / "reader", ("LlamaForCausalLM",))
    assert found.size_bytes == len(tensors())


@pytest.mark.parametrize("name", ["../secret", "acme/../../secret"])
def test_no_name_leads_out_of_it(models, name):
    model(models.parent / "secret")
    assert not weights.is_own(name)


def test_nor_does_a_path(models):
    assert not weights.is_own(str(model(models.parent / "secret")))


def test_nor_does_a_link(models):
    (models / "link").symlink_to(model(models.parent / "secret"))
    assert not weights.is_own("link")


def test_what_is_not_here_says_so_with_its_revision(models):
    with pytest.raises(NotHere, match="weights of acme/none at revision v2 are not on this machine"):
        weights.find("acme/none", "v2")


def test_a_folder_without_config_says_so(models):
    (models / "a").mkdir()
    with pytest.raises(NotHere, match=r"no config\.json"):
        weights.find("a")


def test_a_config_that_is_no_json_says_so(models):
    (model(models / "a") / "config.json").write_text("{")
    with pytest.raises(NotHere, match=r"config\.json of a is not JSON"):
        weights.find("a")


def test_a_folder_without_weights_says_so(models):
    (model(models / "a") / "model.safetensors").unlink()
    with pytest.raises(NotHere, match="no weights in it"):
        weights.find("a")


def test_a_missing_shard_is_named(models):
    folder = model(models / "a", one=tensors())
    index = {"weight_map": {"x": "one.safetensors", "y": "two.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(
        NotHere, match=r"1 of 2 weight files of .* are missing, the first is two\.safetensors"
    ):
        weights.find("a")


@pytest.mark.parametrize(
    ("content", "missing"),
    [(tensors(16, said_bytes=40), 24), (tensors()[:4], 4), (tensors()[:20], len(tensors()) - 16 - 20)],
    ids=["in its data", "in its first number", "in its header"],
)
def test_a_file_that_is_cut_off_says_how_many_bytes_are_missing(models, content, missing):
    model(models / "a", model=content)
    with pytest.raises(NotHere, match=f"model.safetensors of a is cut off: {missing} bytes"):
        weights.find("a")


def test_a_file_with_metadata_in_its_header_is_whole(models):
    header = json.dumps({"__metadata__": {"format": "pt"}}).encode()
    model(models / "a", model=struct.pack("<Q", len(header)) + header)
    assert weights.find("a")


def test_the_revision_of_a_folder_changes_with_its_files(models):
    folder = model(models / "a")
    before = weights.find("a").revision
    assert weights.find("a").revision == before
    (folder / "model.safetensors").write_bytes(tensors(32))
    assert weights.find("a").revision != before


def test_in_the_hubs_cache_the_revision_is_the_commit(models, monkeypatch):
    folder = model(models.parent / "models--acme--b" / "snapshots" / "c0ffee")
    monkeypatch.setattr(weights, "_cached", lambda name, revision: folder)
    assert weights.find("acme/b").revision == "c0ffee"
