"""What vLLM is started with: from a row's EngineSpec, the device, and what is remembered of the engine."""

import os
from pathlib import Path
from typing import Any

import pytest

from gpu_worker.engines.protocol import EngineFailed, EngineSpec
from gpu_worker.engines.vllm import scratch
from gpu_worker.engines.vllm.arguments import CPU_KV_CACHE_BYTES, arguments, environment

FOLDER = Path("/cache/models--your--model/snapshots/0123abc")
NO_PAGES: dict[str, Any] = {}
PAGES = {"limit_mm_per_prompt": {"image": 20, "video": 0, "audio": 0}}
ON_GPU_ONLY = {"enable_sleep_mode", "worker_extension_cls", "gpu_memory_utilization"}


def spec(**changes: Any) -> EngineSpec:
    said: dict[str, Any] = {"id": 1, "name": "your/model", "provider": "vllm", "revision": "main"}
    return EngineSpec(**said | changes)


def on_gpu(
    kv_cache_bytes: int | None = None, gpu_share: float | None = None, **changes: Any
) -> dict[str, Any]:
    return arguments(spec(**changes), FOLDER, on_gpu=True, kv_cache_bytes=kv_cache_bytes, gpu_share=gpu_share)


def on_cpu(kv_cache_bytes: int | None = None, **changes: Any) -> dict[str, Any]:
    return arguments(spec(**changes), FOLDER, on_gpu=False, kv_cache_bytes=kv_cache_bytes, gpu_share=None)


both = pytest.mark.parametrize("on", [on_gpu, on_cpu])


# Whichever device


@both
def test_it_reads_one_folder_that_holds_one_revision(on):
    said = on()
    assert (said["model"], said["served_model_name"]) == (str(FOLDER), "your/model")
    assert not {"revision", "tokenizer", "tokenizer_revision", "code_revision", "download_dir"} & said.keys()


@both
def test_code_of_the_repository_runs_only_where_the_row_says_so(on):
    assert on()["trust_remote_code"] is False
    assert on(trust_remote_code=True)["trust_remote_code"] is True


@both
def test_answers_are_held_to_their_schema_by_guidance(on):
    said = on(reasoning_parser="qwen3")["structured_outputs_config"]
    assert said == {"backend": "guidance", "disable_any_whitespace": True, "reasoning_parser": "qwen3"}


@both
@pytest.mark.parametrize(("sees_pages", "limits"), [(True, PAGES), (False, NO_PAGES)])
def test_a_prompt_may_hold_every_page_that_is_read_and_no_sound(on, sees_pages, limits):
    said = on(sees_pages=sees_pages)
    assert {name: value for name, value in said.items() if name == "limit_mm_per_prompt"} == limits


def test_a_row_that_wants_more_pages_still_has_no_sound():
    said = on_gpu(sees_pages=True, engine_args={"limit_mm_per_prompt": {"image": 4}})
    assert said["limit_mm_per_prompt"] == {"image": 4, "video": 0, "audio": 0}


@both
@pytest.mark.parametrize(
    ("changes", "backend"),
    [
        ({}, "uni"),
        ({"tensor_parallel_size": 2}, "mp"),
        ({"engine_args": {"pipeline_parallel_size": 2}}, "mp"),
    ],
)
def test_one_process_for_one_gpu_and_more_for_more(on, changes, backend):
    assert on(**changes)["distributed_executor_backend"] == backend


def test_as_many_gpus_as_the_row_says():
    assert on_gpu(tensor_parallel_size=4)["tensor_parallel_size"] == 4


@both
@pytest.mark.parametrize(("length", "said"), [(8192, 8192), (None, "vLLM's own")])
def test_the_context_is_as_long_as_the_row_says(on, length, said):
    assert on(max_model_len=length).get("max_model_len", "vLLM's own") == said


@both
def test_the_type_is_chosen_as_vllm_does(on):
    assert not {"dtype", "quantization", "seed"} & on().keys()


def test_prefixes_are_cached_on_a_gpu_as_vllm_does():
    assert "enable_prefix_caching" not in on_gpu()


def test_prefixes_are_not_cached_on_a_cpu_so_that_a_repeat_is_computed_as_the_original():
    assert on_cpu()["enable_prefix_caching"] is False


# Sleeping, and memory


def test_only_a_gpu_engine_sleeps_as_vllm_does():
    said = on_gpu(gpu_share=0.5)
    assert said["enable_sleep_mode"] is True
    assert said["worker_extension_cls"] == "gpu_worker.engines.vllm.extension.Extension"
    assert not ON_GPU_ONLY & on_cpu().keys()


@pytest.mark.parametrize(("share", "said"), [(0.85, 0.85), (None, "vLLM's own")])
def test_on_a_gpu_it_starts_where_its_share_is_free(share, said):
    assert on_gpu(gpu_share=share).get("gpu_memory_utilization", "vLLM's own") == said


def test_the_first_time_on_a_gpu_vllm_measures_its_kv_cache():
    assert "kv_cache_memory_bytes" not in on_gpu()


@pytest.mark.parametrize(("known", "given"), [(None, CPU_KV_CACHE_BYTES), (1 << 28, 1 << 28)])
def test_on_a_cpu_it_is_given_what_it_was_given_before_or_one_gib(known, given):
    assert on_cpu(known)["kv_cache_memory_bytes"] == given


def test_from_then_on_it_is_given_as_much_whatever_its_neighbours_take():
    assert on_gpu(7 << 30)["kv_cache_memory_bytes"] == 7 << 30


@both
def test_the_row_s_word_on_its_kv_cache_is_the_last(on):
    assert on(7 << 30, engine_args={"kv_cache_memory_bytes": 1 << 26})["kv_cache_memory_bytes"] == 1 << 26


# On a CPU


def test_on_a_cpu_fewer_are_read_at_once():
    assert (on_cpu()["max_num_seqs"], on_gpu()["max_num_seqs"]) == (8, 64)


def test_on_a_cpu_nothing_is_compiled():
    assert on_cpu()["enforce_eager"] is True
    assert "enforce_eager" not in on_gpu()


@pytest.mark.parametrize(("length", "tokens"), [(None, 4096), (2048, 4096), (8192, 8192)])
def test_on_a_cpu_a_whole_prompt_fits_one_step(length, tokens):
    assert on_cpu(max_model_len=length)["max_num_batched_tokens"] == tokens


# What the row adds


@both
def test_the_row_s_arguments_win_over_ours(on):
    assert on(engine_args={"max_num_seqs": 3, "dtype": "float32"}).items() >= {
        ("max_num_seqs", 3),
        ("dtype", "float32"),
    }


def test_making_them_leaves_the_spec_as_it_was():
    said = {"limit_mm_per_prompt": {"image": 4}}
    on_gpu(sees_pages=True, engine_args=said)
    assert said == {"limit_mm_per_prompt": {"image": 4}}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"worker_cls": "os.system"}, "worker_cls is not allowed here"),
        ({"hf_overrides": {"auto_map": {}}}, "hf_overrides.auto_map is not allowed here"),
        ({"max_num_seqs": None}, "max_num_seqs should have a value"),
    ],
)
def test_a_row_that_nobody_checked_is_not_started(said, words):
    with pytest.raises(EngineFailed, match=f"The engine arguments of your/model are wrong: {words}"):
        on_gpu(engine_args=said)


# What vLLM finds in the environment


@pytest.fixture
def environ(monkeypatch) -> dict[str, str]:
    """An environment of its own, in which other things are set than an engine needs."""
    values = {
        "HF_HUB_OFFLINE": "0",
        "PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True",
        "PYTORCH_ALLOC_CONF": "expandable_segments:True",
        "VLLM_CPU_KVCACHE_SPACE": "40",
        "TMPDIR": "/var/tmp",
    }
    monkeypatch.setattr(os, "environ", values)
    monkeypatch.setattr(scratch, "folder", lambda: Path("/tmp/wfc-engines-1"))
    return values


whichever = pytest.mark.parametrize("gpu", [True, False])


@whichever
def test_engines_stay_off_the_network_and_tell_nobody_of_their_use(environ, gpu):
    environment(Path("/data"), gpu)
    said = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "VLLM_NO_USAGE_STATS", "DO_NOT_TRACK"]
    assert {environ[name] for name in said} == {"1"}


@whichever
def test_what_breaks_sleep_is_taken_away_under_both_its_names(environ, gpu):
    environment(Path("/data"), gpu)
    assert not {"PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_ALLOC_CONF"} & environ.keys()


@whichever
def test_what_it_leaves_behind_lies_in_our_own_folder(environ, gpu):
    environment(Path("/data"), gpu)
    assert environ["TMPDIR"] == environ["VLLM_RPC_BASE_PATH"] == "/tmp/wfc-engines-1"


@whichever
def test_what_it_may_use_again_lies_with_our_data_unless_the_operator_says_otherwise(environ, gpu):
    environment(Path("/data"), gpu)
    assert environ["VLLM_CACHE_ROOT"] == "/data/vllm-cache"
    environ["VLLM_CACHE_ROOT"] = "/elsewhere"
    environment(Path("/data"), gpu)
    assert environ["VLLM_CACHE_ROOT"] == "/elsewhere"


@pytest.mark.parametrize(("gpu", "level"), [(True, "WARNING"), (False, "ERROR")])
def test_it_says_little(environ, gpu, level):
    environment(Path("/data"), gpu)
    assert environ["VLLM_LOGGING_LEVEL"] == level


def test_on_a_cpu_each_engine_has_one_process_and_the_memory_that_it_is_given(environ):
    environment(Path("/data"), on_gpu=False)
    assert environ["VLLM_ENABLE_V1_MULTIPROCESSING"] == "0"
    assert environ["VLLM_CPU_OMP_THREADS_BIND"] == "nobind"
    assert "VLLM_CPU_KVCACHE_SPACE" not in environ


def test_on_a_gpu_nothing_of_that_is_touched(environ):
    environment(Path("/data"), on_gpu=True)
    assert not {"VLLM_ENABLE_V1_MULTIPROCESSING", "VLLM_CPU_OMP_THREADS_BIND"} & environ.keys()
    assert environ["VLLM_CPU_KVCACHE_SPACE"] == "40"
