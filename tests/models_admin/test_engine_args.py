"""More arguments for vLLM: what a row may say, what is refused and how, and that nobody's code comes in by it."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from pydantic import BaseModel

from models_admin.models import ModelConfig, engine_args
from models_admin.models.engine_args import ALLOWED, EngineArguments, WrongArguments
from models_admin.registry import yaml_file
from models_admin.registry.yaml_file import RegistryError

REASONER = "nvidia/NVIDIA-Nemotron-Nano-9B-v2"
NAN, INFINITE = float("nan"), float("inf")

# A value of each argument that a row may have; tests/gpu_worker/vllm holds the same ones to vLLM.
EXAMPLES: dict[str, Any] = {
    "dtype": "bfloat16",
    "quantization": "fp8",
    "load_format": "safetensors",
    "kv_cache_dtype": "fp8",
    "kv_cache_memory_bytes": 64 << 20,
    "max_num_seqs": 8,
    "max_num_batched_tokens": 4096,
    "enforce_eager": True,
    "enable_prefix_caching": False,
    "enable_chunked_prefill": True,
    "enable_expert_parallel": True,
    "pipeline_parallel_size": 2,
    "cpu_offload_gb": 1.5,
    "limit_mm_per_prompt": {"image": 2, "video": 0, "audio": 0},
    "mm_processor_kwargs": {
        "max_pixels": 1003520,
        "size": {"longest_edge": 1092},
        "do_image_splitting": False,
    },
    "mm_processor_cache_gb": 0.5,
    "tokenizer_mode": "hf",
    "hf_overrides": {
        "architectures": ["Qwen2ForCausalLM"],
        "max_position_embeddings": 65536,
        "rope_parameters": {"rope_type": "yarn", "factor": 2.0, "rope_theta": 1000000.0},
        "text_config": {"rope_scaling": {"rope_type": "longrope", "short_factor": [1.0, 1.5]}},
    },
    "sleep_mode_offload_cudagraph": True,
    "async_scheduling": False,
    "optimization_level": 1,
}

# What is wrong, and the words that the person meets.
WRONG: list[tuple[Any, str]] = [
    ([1], "all of it should be names with their values"),
    ({"dtype": "int8"}, "dtype should be 'auto', 'half', 'float16'"),
    ({"max_num_seqs": "8"}, "max_num_seqs should be a valid integer"),
    ({"max_num_seqs": True}, "max_num_seqs should be a valid integer"),
    ({"max_num_seqs": 1.0}, "max_num_seqs should be a valid integer"),
    ({"max_num_seqs": 0}, "max_num_seqs should be greater than or equal to 1"),
    ({"max_num_seqs": 4097}, "max_num_seqs should be less than or equal to 4096"),
    ({"max_num_seqs": None}, "max_num_seqs should have a value or be left out"),
    ({"max_num_batched_tokens": 63}, "max_num_batched_tokens should be greater than or equal to 64"),
    ({"kv_cache_memory_bytes": 64}, "kv_cache_memory_bytes should be greater than or equal to 1048576"),
    ({"kv_cache_memory_bytes": 10**400}, "kv_cache_memory_bytes should be less than or equal to"),
    ({"pipeline_parallel_size": 0}, "pipeline_parallel_size should be greater than or equal to 1"),
    ({"optimization_level": 4}, "optimization_level should be less than or equal to 3"),
    ({"enforce_eager": "yes"}, "enforce_eager should be a valid boolean"),
    ({"cpu_offload_gb": -1}, "cpu_offload_gb should be greater than or equal to 0"),
    ({"cpu_offload_gb": NAN}, "cpu_offload_gb should be a finite number"),
    ({"mm_processor_cache_gb": INFINITE}, "mm_processor_cache_gb should be a finite number"),
    ({"quantization": "../fp8"}, "quantization should match pattern"),
    ({"limit_mm_per_prompt": {"page": 1}}, "limit_mm_per_prompt.page should be 'image', 'video' or 'audio'"),
    (
        {"limit_mm_per_prompt": {"image": -1}},
        "limit_mm_per_prompt.image should be greater than or equal to 0",
    ),
    ({"hf_overrides": "rope"}, "hf_overrides should be names with their values"),
    ({"hf_overrides": {"rope_theta": 0}}, "hf_overrides.rope_theta should be greater than 0"),
    ({"max_seqs": 8}, "max_seqs is not allowed here, allowed are dtype, quantization"),
    ({"hf_overrides": {"dtype": "half"}}, "hf_overrides.dtype is not allowed here, allowed are max_position"),
    ({"dtype": "int8", "max_num_seqs": 0}, "'float32'; max_num_seqs should be greater"),
]

# What would let somebody without a superuser's rights say whose code runs, or which files are opened.
SMUGGLED: list[dict[str, Any]] = [
    {"trust_remote_code": True},
    {"model": "someone/else"},
    {"tokenizer": "someone/else"},
    {"revision": "main"},
    {"code_revision": "main"},
    {"hf_config_path": "/tmp"},
    {"worker_cls": "os.system"},
    {"worker_extension_cls": "os.system"},
    {"logits_processors": ["os.system"]},
    {"reasoning_parser_plugin": "/tmp/code.py"},
    {"download_dir": "/tmp"},
    {"model_loader_extra_config": {"path": "/tmp"}},
    {"speculative_config": {"model": "someone/else"}},
    {"kv_transfer_config": {"kv_connector_module_path": "os"}},
    {"compilation_config": {"backend": "os.system"}},
    {"additional_config": {}},
    {"distributed_executor_backend": "ray"},
    {"load_format": "tensorizer"},
    {"load_format": "pt"},
    {"hf_overrides": {"auto_map": {"AutoModel": "someone/else--code.Model"}}},
    {"hf_overrides": {"text_config": {"auto_map": {"AutoModel": "someone/else--code.Model"}}}},
    {"hf_overrides": {"trust_remote_code": True}},
    {"hf_overrides": {"_name_or_path": "someone/else"}},
    {"hf_overrides": {"_attn_implementation": "someone/kernels"}},
    {"hf_overrides": {"quantization_config_file": "/etc/passwd"}},
    {"hf_overrides": {"architectures": ["someone/else--code.Model"]}},
    {"hf_overrides": {"rope_parameters": {"rope_type": "someone.else"}}},
    {"mm_processor_kwargs": {"trust_remote_code": True}},
    {"mm_processor_kwargs": {"code_revision": "main"}},
    {"mm_processor_kwargs": {"subfolder": "../../else"}},
    {"mm_processor_kwargs": {"tokenizer_file": "/etc/passwd"}},
    {"mm_processor_kwargs": {"chat_template": "{{ 1 }}"}},
    {"mm_processor_kwargs": {"device": 0}},
]


@pytest.fixture
def reasoner(registry) -> ModelConfig:
    return ModelConfig.objects.get(name=REASONER)


@pytest.fixture
def olga(world) -> Client:
    """An operator."""
    client = Client()
    client.force_login(world.olga)
    return client


def sent(client: Client, row: ModelConfig, typed: str):
    """Send the form of `row` with `typed` as its engine arguments."""
    values = model_to_dict(row) | {"rules": "{}", "initial-rules": "{}", "engine_args": typed}
    ticked = {name: value for name, value in values.items() if value is not None and value is not False}
    return client.post(reverse("admin:models_admin_modelconfig_change", args=[row.pk]), ticked)


def error(answer) -> str:
    """All that the form has to say against what was sent."""
    found = answer.context["adminform"].form.errors
    assert found.keys() == {"engine_args"}
    return found["engine_args"][0]


def kept() -> Any:
    return ModelConfig.objects.get(name=REASONER).engine_args


# What is allowed


def test_the_examples_are_all_that_is_allowed():
    assert EXAMPLES.keys() == EngineArguments.model_fields.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_handed_on_as_it_was_said(name):
    assert engine_args.read_engine_args({name: EXAMPLES[name]}) == {name: EXAMPLES[name]}


def test_all_of_them_go_together():
    assert engine_args.read_engine_args(EXAMPLES) == EXAMPLES


def test_nothing_said_is_nothing_handed_on():
    assert engine_args.read_engine_args({}) == {}


def test_a_whole_number_is_a_number():
    assert engine_args.read_engine_args({"cpu_offload_gb": 4}) == {"cpu_offload_gb": 4.0}


@pytest.mark.parametrize(("said", "words"), WRONG)
def test_what_is_wrong_is_named_with_what_would_be_right(said, words):
    with pytest.raises(WrongArguments) as refusal:
        engine_args.read_engine_args(said)
    assert words in str(refusal.value)


@pytest.mark.parametrize("said", SMUGGLED, ids=json.dumps)
def test_nothing_that_names_code_files_or_repositories_comes_in(said):
    with pytest.raises(WrongArguments):
        engine_args.read_engine_args(said)


@pytest.mark.parametrize(
    "arguments", dict.fromkeys(ALLOWED.values()), ids=lambda arguments: arguments.__name__
)
def test_at_no_depth_there_is_a_place_for_what_is_not_named_here(arguments):
    assert arguments.model_config["extra"] == "forbid"
    assert not [name for name, field in arguments.model_fields.items() if Any in _parts(field.annotation)]


def test_what_is_refused_inside_a_dictionary_names_what_is_allowed_there():
    inside = {part for each in set(ALLOWED.values()) for part in _models(each)}
    assert inside <= set(ALLOWED.values())


def _parts(annotation: Any) -> set[Any]:
    return {annotation}.union(*(_parts(part) for part in getattr(annotation, "__args__", ())))


def _models(arguments: type[BaseModel]) -> set[Any]:
    parts = set().union(*(_parts(field.annotation) for field in arguments.model_fields.values()))
    return {part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)}


# Where a person meets it


@pytest.mark.parametrize(("said", "words"), WRONG)
def test_a_row_is_refused_with_the_sentence_at_its_field(reasoner, said, words):
    reasoner.engine_args = said
    with pytest.raises(ValidationError) as refusal:
        reasoner.full_clean()
    assert words in refusal.value.message_dict["engine_args"][0]


def test_a_row_with_all_of_them_is_clean(reasoner):
    reasoner.engine_args = EXAMPLES
    reasoner.full_clean()


def test_only_what_vllm_runs_has_engine_arguments(strict):
    strict.engine_args = {"max_num_seqs": 8}
    with pytest.raises(ValidationError, match="Only models of the provider vllm"):
        strict.full_clean()


def test_an_operator_types_them_into_the_form(olga, reasoner):
    sent(olga, reasoner, json.dumps(EXAMPLES))
    assert kept() == EXAMPLES


@pytest.mark.parametrize("typed", ["", "{}", "null"])
def test_an_emptied_field_says_nothing(olga, reasoner, typed):
    ModelConfig.objects.filter(pk=reasoner.pk).update(engine_args=EXAMPLES)
    sent(olga, reasoner, typed)
    assert kept() == {}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('{"max_num_seqs": "many"}', "max_num_seqs should be a valid integer."),
        ('{"cpu_offload_gb": NaN}', "cpu_offload_gb should be a finite number."),
        ('{"trust_remote_code": true}', "trust_remote_code is not allowed here"),
        ('{"hf_overrides": {"auto_map": {}}}', "hf_overrides.auto_map is not allowed here"),
        ("max_num_seqs: 8", "Enter a valid JSON."),
    ],
)
def test_what_an_operator_may_not_say_stands_at_the_field_and_is_not_kept(olga, reasoner, typed, words):
    assert words in error(sent(olga, reasoner, typed))
    assert kept() == {}


def test_under_a_superusers_trust_an_operator_cannot_put_other_code(olga, reasoner):
    ModelConfig.objects.filter(pk=reasoner.pk).update(trust_remote_code=True)
    elsewhere = {"hf_overrides": {"auto_map": {"AutoModelForCausalLM": "someone/else--code.Model"}}}
    assert "auto_map is not allowed here" in error(sent(olga, reasoner, json.dumps(elsewhere)))
    assert kept() == {}


# In the registry file

FILE = """
models:
  your/model:
    display_name: New
    type: text_reasoning
    inference_modes: [hybrid]
    engine_args: {said}
"""


@pytest.fixture
def write(tmp_path, db):
    def write(said: Any):
        path = tmp_path / "models.yaml"
        path.write_text(
            FILE.replace("{said}", json.dumps(said).replace("NaN", ".nan").replace("Infinity", ".inf"))
        )
        return path

    return write


def test_the_file_may_say_all_of_them(write):
    yaml_file.load_registry(write(EXAMPLES))
    assert ModelConfig.objects.get().engine_args == EXAMPLES


@pytest.mark.parametrize(("said", "words"), WRONG[1:])
def test_the_file_is_refused_with_file_model_field_and_sentence(write, said, words):
    with pytest.raises(RegistryError) as refusal:
        yaml_file.load_registry(write(said))
    (problem,) = refusal.value.problems
    assert problem.startswith("models.yaml: your/model: engine_args: ")
    assert words in problem


def test_a_file_with_a_list_of_them_is_told_how_to_write_them(write):
    with pytest.raises(RegistryError, match="your/model: engine_args: takes lines of the form"):
        yaml_file.load_registry(write([1]))


def test_what_is_exported_reads_back_to_the_same_arguments(write, tmp_path):
    yaml_file.load_registry(write(EXAMPLES))
    path = tmp_path / "exported.yaml"
    path.write_text(yaml_file.dump_registry())
    ModelConfig.objects.all().delete()
    yaml_file.load_registry(path)
    assert ModelConfig.objects.get().engine_args == EXAMPLES


def test_where_nothing_is_said_nothing_is_exported(write):
    yaml_file.load_registry(write({}))
    assert "engine_args" not in yaml_file.dump_registry()
