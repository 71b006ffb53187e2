"""Weights that came from elsewhere: what is wrong with the folder is said in words that say what to do."""

import json
import struct
from pathlib import Path

import pytest

from gpu_worker.engines.vllm import weights
from gpu_worker.engines.vllm.weights import NotHere
from tests.gpu_worker.engines.test_weights import model, tensors

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 16060556376\n"


@pytest.fixture
def models(tmp_path, settings) -> Path:
    settings.MODELS_DIR = tmp_path / "models"
    settings.MODELS_DIR.mkdir()
    return settings.MODELS_DIR


def complaint(name: str = "a") -> str:
    with pytest.raises(NotHere) as missing:
        weights.find(name)
    return str(missing.value)


def with_header(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header


# The files of weights


def test_a_clone_without_its_large_files_is_told_what_to_run(models):
    model(models / "a", model=POINTER)
    assert (
        complaint() == "model.safetensors of a only points to the weights: run `git lfs pull` in its folder."
    )


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>Please sign in</body></html>",
        bytes(range(255, 100, -1)),
        with_header(b"{no json}"),
        with_header(b"\xff\xfe{}"),
        with_header(b"[1, 2]"),
        with_header(b'{"w": {"dtype": "F32"}}'),
        with_header(b'{"w": {"dtype": "F32", "shape": [1], "data_offsets": []}}'),
        with_header(b'{"w": 3}'),
    ],
    ids=["a page", "noise", "no JSON", "no text", "a list", "no offsets", "empty offsets", "no tensor"],
)
def test_what_is_no_safetensors_file_is_called_so(models, content):
    model(models / "a", model=content)
    assert complaint() == "model.safetensors of a is not a safetensors file. Fetch it again."


def test_an_empty_file_is_cut_off(models):
    model(models / "a", model=b"")
    assert complaint() == "model.safetensors of a is cut off: 8 bytes are missing. Fetch it again."


def test_of_several_files_the_one_that_is_cut_is_named(models):
    model(models / "a", one=tensors(), two=tensors()[:-1], three=tensors())
    assert complaint() == "two.safetensors of a is cut off: 1 bytes are missing. Fetch it again."


def test_bytes_after_the_last_tensor_are_no_fault_of_ours_to_find(models):
    model(models / "a", model=tensors() + b"more")
    assert weights.find("a").size_bytes == len(tensors()) + 4


def test_weights_in_pytorchs_own_files_are_found_where_there_are_no_others(models):
    folder = model(models / "a")
    (folder / "pytorch_model.bin").write_bytes(b"0" * 100)
    assert weights.find("a").size_bytes == len(tensors())
    (folder / "model.safetensors").unlink()
    assert weights.find("a").size_bytes == 100


# The index


def index(folder: Path, said: object) -> None:
    (folder / "model.safetensors.index.json").write_text(said if isinstance(said, str) else json.dumps(said))


def test_all_files_that_the_index_names_make_it_whole(models):
    index(
        model(models / "a", one=tensors(), two=tensors(32)),
        {"weight_map": {"x": "one.safetensors", "y": "two.safetensors"}},
    )
    assert weights.find("a").size_bytes == len(tensors()) + len(tensors(32))


def test_weights_that_are_there_twice_are_counted_once(models):
    """Some repositories keep all of them once more in one consolidated file; vLLM goes by the index."""
    folder = model(models / "a", one=tensors(), two=tensors(), consolidated=tensors(32))
    index(folder, {"weight_map": {"x": "one.safetensors", "y": "two.safetensors"}})
    assert weights.find("a").size_bytes == 2 * len(tensors())


def test_a_second_copy_that_is_cut_is_still_said(models):
    index(
        model(models / "a", one=tensors(), consolidated=tensors()[:-4]),
        {"weight_map": {"x": "one.safetensors"}},
    )
    assert complaint().startswith("consolidated.safetensors of a is cut off: 4 bytes")


def test_where_all_of_them_are_missing_their_number_is_said(models):
    folder = model(models / "a")
    (folder / "model.safetensors").unlink()
    index(folder, {"weight_map": {"x": "2.safetensors", "y": "1.safetensors", "z": "1.safetensors"}})
    assert complaint() == (
        "2 of 2 weight files of a are missing, the first is 1.safetensors. Fetch them again."
    )


@pytest.mark.parametrize("said", ["{", "", "\x00\x01"])
def test_an_index_that_is_no_json_says_so(models, said):
    index(model(models / "a"), said)
    assert complaint().startswith("The model.safetensors.index.json of a is not JSON: ")
    assert complaint().endswith(". Fetch it again.")


@pytest.mark.parametrize("said", [{}, {"weight_map": ["one.safetensors"]}, {"weight_map": {"x": None}}])
def test_an_index_that_names_no_files_says_so(models, said):
    index(model(models / "a"), said)
    assert complaint() == "The model.safetensors.index.json of a names no files. Fetch it again."


def test_an_index_that_is_a_list_says_so(models):
    index(model(models / "a"), ["one.safetensors"])
    assert complaint() == "The model.safetensors.index.json of a is not a JSON object. Fetch it again."


# The configuration


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", POINTER])
def test_a_config_that_is_no_json_says_so_and_what_to_do(models, content):
    (model(models / "a") / "config.json").write_bytes(content)
    assert complaint().startswith("The config.json of a is not JSON: ")
    assert complaint().endswith(". Fetch it again.")


@pytest.mark.parametrize("content", ["[]", "null", '"LlamaForCausalLM"', "3"])
def test_a_config_that_is_no_object_says_so(models, content):
    (model(models / "a") / "config.json").write_text(content)
    assert complaint() == "The config.json of a is not a JSON object. Fetch it again."


@pytest.mark.parametrize("config", [{"model_type": "llama"}, {"architectures": None}, {"architectures": []}])
def test_a_config_without_architectures_is_left_to_vllm(models, config):
    model(models / "a", config)
    assert weights.find("a").architectures == ()


def test_a_link_to_a_config_that_is_gone_is_no_config(models):
    config = model(models / "a") / "config.json"
    config.unlink()
    config.symlink_to(models / "elsewhere.json")
    assert complaint() == "The folder of a has no config.json, so nothing says what model it is."


# The folder


@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_what_cannot_be_read_says_why(models, file):
    folder = model(models / "a")
    (folder / file).unlink()
    (folder / file).mkdir()
    assert complaint() == f"The weights of a cannot be read: [Errno 21] Is a directory: '{folder / file}'."


@pytest.mark.parametrize("name", ["a", "acme/reader", "acme/deep/er", "acme/../a", "inside"])
def test_any_folder_inside_ours_is_ours(models, name):
    model(models / "a")
    model(models / "acme" / "reader")
    model(models / "acme" / "deep" / "er")
    (models / "inside").symlink_to(models / "a")
    assert weights.is_own(name)


@pytest.mark.parametrize("name", ["a/config.json", "nothing", "acme/none"])
def test_a_file_or_nothing_is_no_folder_of_ours(models, name):
    model(models / "a")
    assert not weights.is_own(name)


def test_the_folder_of_models_may_itself_be_a_link(models, tmp_path, settings):
    model(models / "a")
    settings.MODELS_DIR = tmp_path / "link"
    settings.MODELS_DIR.symlink_to(models)
    assert weights.find("a").folder == models / "a"


def test_a_folder_beside_ours_whose_name_begins_as_ours_does_is_not_ours(models):
    model(models.parent / "models-of-others" / "a")
    assert not weights.is_own("../models-of-others/a")


def test_where_there_is_no_folder_of_models_nothing_is_ours(tmp_path, settings):
    settings.MODELS_DIR = tmp_path / "none"
    assert complaint() == "The weights of a are not on this machine."


@pytest.mark.parametrize("revision", ["", "v1"])
def test_a_folder_of_ours_is_taken_whatever_revision_is_asked_for(models, revision):
    model(models / "a")
    assert weights.find("a", revision).revision.startswith("local-")


def test_a_folder_of_ours_that_is_called_snapshots_is_no_cache_of_the_hub(models):
    model(models / "snapshots" / "a")
    before = weights.find("snapshots/a").revision
    model(models / "snapshots" / "a", model=tensors(32))
    assert weights.find("snapshots/a").revision not in ("a", before)
