"""The allow-list of engine arguments, held to vLLM: each exists there under its name and takes what we let in."""

import dataclasses
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import ConfigDict, TypeAdapter

from gpu_worker.engines.vllm.arguments import arguments
from models_admin.models import engine_args
from models_admin.models.engine_args import EngineArguments
from tests.gpu_worker.vllm.conftest import spec
from tests.models_admin.test_engine_args import EXAMPLES

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]

# What vLLM's own check of its arguments refuses on a CPU, or for a model as tiny as ours.
NOT_HERE = {"quantization", "kv_cache_dtype", "pipeline_parallel_size", "enable_expert_parallel"}
CHOICES = ["dtype", "load_format", "kv_cache_dtype", "tokenizer_mode"]
SMALL_ROPE = {"rope_type": "yarn", "factor": 2.0, "original_max_position_embeddings": 8192}


@pytest.fixture(scope="module")
def hints() -> dict[str, Any]:
    """The type of each of vLLM's arguments."""
    from vllm.engine.arg_utils import AsyncEngineArgs

    return {field.name: field.type for field in dataclasses.fields(AsyncEngineArgs)}


@pytest.fixture
def started(checkpoints) -> Any:
    """What vLLM makes of a row's arguments before it starts an engine: `started(max_num_seqs=2)`."""

    def make(name: str = "tiny/text-a", **said: Any) -> Any:
        from vllm.engine.arg_utils import AsyncEngineArgs

        row = spec(name, engine_args={"kv_cache_memory_bytes": 64 << 20} | said)
        folder: Path = checkpoints / name
        args = arguments(row, folder, on_gpu=False, kv_cache_bytes=None, gpu_share=None)
        return AsyncEngineArgs(**args).create_engine_config()

    return make


def choices(hint: Any) -> set[Any]:
    """All words that stand in Literals of a type."""
    if get_origin(hint) is Literal:
        return set(get_args(hint))
    return set().union(*(choices(part) for part in get_args(hint)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_vllm_has_an_argument_of_this_name_that_takes_such_a_value(hints, name):
    takes = TypeAdapter(hints[name], config=ConfigDict(arbitrary_types_allowed=True))
    assert takes.validate_python(EXAMPLES[name]) is not None


@pytest.mark.parametrize("name", CHOICES)
def test_vllm_knows_every_word_that_may_be_chosen(hints, name):
    from vllm.model_executor.model_loader import LoadFormats

    known = choices(LoadFormats if name == "load_format" else hints[name])
    assert choices(EngineArguments.model_fields[name].annotation) <= known


def test_every_quantization_of_vllm_may_be_said():
    from vllm.model_executor.layers.quantization import QUANTIZATION_METHODS

    for method in QUANTIZATION_METHODS:
        engine_args.read_engine_args({"quantization": method})


def test_what_we_set_ourselves_are_arguments_of_vllm_too(hints, checkpoints):
    for on_gpu in (True, False):
        row = spec("tiny/vision", engine_args={})
        said = arguments(row, checkpoints, on_gpu=on_gpu, kv_cache_bytes=1 << 26, gpu_share=0.5)
        assert said.keys() <= hints.keys()


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - NOT_HERE - {"hf_overrides"}))
def test_vllm_starts_with_it(started, name):
    started("tiny/vision", **{name: EXAMPLES[name]})


def test_what_is_overridden_stands_in_the_configuration(started):
    config = started(hf_overrides={"max_position_embeddings": 16384, "rope_parameters": SMALL_ROPE})
    held = config.model_config.hf_config
    assert held.max_position_embeddings == 16384
    assert held.rope_parameters.items() >= SMALL_ROPE.items()


def test_the_size_of_a_page_reaches_the_image_processor(started):
    from PIL import Image
    from vllm.multimodal import MULTIMODAL_REGISTRY

    small = started("tiny/vision", mm_processor_kwargs={"max_image_size": {"longest_edge": 56}})
    context = MULTIMODAL_REGISTRY._create_processing_ctx(small.model_config)
    page = Image.new("RGB", (124, 175), "white")
    read = context.call_hf_processor(
        context.get_hf_processor(), {"text": "<image>", "images": [page]}, {"do_image_splitting": False}
    )
    assert max(read["pixel_values"].shape) == 56
