"""Weights that cannot be loaded: each says what is wrong with it, and nothing of it is left running."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gpu_worker import capability
from gpu_worker.engines.protocol import EngineFailed
from gpu_worker.engines.vllm.engine import VllmEngine
from models_admin.models import ModelConfig
from tests.gpu_worker.vllm.conftest import spec
from tests.seen import has_ended

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]


@pytest.fixture
def broken(checkpoints, tmp_path, settings) -> Callable[[Callable[[Path], None]], str]:
    """A copy of a good checkpoint after `breaking(folder)`; its name."""

    def make(breaking: Callable[[Path], None]) -> str:
        shutil.copytree(checkpoints / "tiny/text-a", tmp_path / "broken")
        breaking(tmp_path / "broken")
        settings.MODELS_DIR = tmp_path
        return "broken"

    return make


def without_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def cut_off(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])


def cut_off_in_the_header(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:20])


def without_a_shard(folder: Path) -> None:
    index = {"weight_map": {"a": "model-1-of-2.safetensors", "b": "model.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def not_a_number(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = folder / "model.safetensors"
    weights = load_file(file)
    for name in weights:
        if "norm" in name:
            weights[name] = weights[name].fill_(float("nan"))
    save_file(weights, file, metadata={"format": "pt"})


def without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def with_no_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def changed_config(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | changes))

    return change


def of_an_unknown_type(folder: Path) -> None:
    changed_config(model_type="quipu", architectures=["QuipuForCausalLM"])(folder)


def with_a_foreign_tokenizer(folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([f"<extra-{n}>" for n in range(1000)])
    tokenizer.save_pretrained(folder)


def without_tokenizer(folder: Path) -> None:
    for file in folder.glob("tokenizer*"):
        file.unlink()


@pytest.mark.parametrize(
    ("breaking", "words"),
    [
        (without_weights, "no weights in it"),
        (cut_off, "model.safetensors of broken is cut off: 1000 bytes are missing"),
        (cut_off_in_the_header, "is cut off"),
        (without_a_shard, "1 of 2 weight files of .* are missing, the first is model-1-of-2.safetensors"),
        (without_config, "has no config.json"),
        (with_no_json, "config.json of broken is not JSON"),
        (of_an_unknown_type, r"does not know its architecture \(quipu"),
        (changed_config(architectures=["QuipuForCausalLM"]), r"does not know its architecture \(QuipuForCausalLM\)"),
        (with_a_foreign_tokenizer, "knows [12][0-9]{3} tokens, its weights only 1024"),
        (without_tokenizer, "tokenizer of broken is missing"),
        (changed_config(num_hidden_layers=3), "broken cannot be loaded. vLLM says"),
    ],
)  # fmt: skip
async def test_what_cannot_be_loaded_says_why_and_leaves_nothing(broken, breaking, words):
    engine = VllmEngine(spec(broken(breaking)))
    running = engine_processes()
    with pytest.raises(EngineFailed, match=words):
        await engine.load()
    await engine.unload()
    assert engine_processes() <= running


async def test_too_little_memory_for_one_prompt_says_how_much_is_needed(checkpoints):
    engine = VllmEngine(spec(engine_args={"kv_cache_memory_bytes": 1 << 20}))
    with pytest.raises(EngineFailed, match="GiB for one prompt of full length"):
        await engine.load()
    await engine.unload()


async def test_what_does_not_load_in_time_is_given_up(checkpoints, settings):
    settings.LOAD_LIMIT_S = 0.05
    engine = VllmEngine(spec())
    with pytest.raises(EngineFailed, match="not loaded within"):
        await engine.load()
    await engine.unload()
    assert not engine._processes.pids


def test_a_registered_model_says_what_its_weights_lack_before_anybody_swaps(broken):
    name = broken(cut_off)
    row = ModelConfig(name=name, provider="vllm")
    assert "is cut off" in capability.obstacle(row)


def test_what_is_not_on_a_machine_without_gpu_is_not_offered_there(checkpoints):
    row = ModelConfig(name="someone/seven-billion", provider="vllm")
    assert "needs a CUDA GPU" in capability.obstacle(row)


def engine_processes() -> set[int]:
    """The processes that engines run in: what the fork server has started."""
    servers = psutil.Process().children()
    return {
        child.pid for server in servers for child in server.children(recursive=True) if not has_ended(child)
    }


async def test_weights_that_are_no_numbers_are_not_recorded_as_their_canary(broken):
    engine = VllmEngine(spec(broken(not_a_number)))
    await engine.load()
    try:
        with pytest.raises(EngineFailed, match="does not answer in numbers"):
            await engine.check({})
    finally:
        await engine.unload()
