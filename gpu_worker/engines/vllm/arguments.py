"""The arguments and environment that vLLM is started with, from an EngineSpec."""

import os
from pathlib import Path
from typing import Any

from gpu_worker.engines.protocol import EngineFailed, EngineSpec
from gpu_worker.engines.vllm import scratch
from models_admin.models import engine_args
from models_admin.models.engine_args import WrongArguments

CPU_KV_CACHE_BYTES = 1 << 30  # the default: on a CPU, vLLM would take a share of all memory
CPU_SEQUENCES, GPU_SEQUENCES = 8, 64  # at once
IMAGES = 20  # as many pages as are prepared of a document
PER_PROMPT = {
    "image": IMAGES,
    "video": 0,
    "audio": 0,
}  # without video and audio, their encoders are not loaded
# PyTorch uses the first that is set. Expandable segments break vLLM's sleep.
ALLOCATOR = ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF")


def environment(data_dir: Path, on_gpu: bool) -> None:
    """Set the environment that vLLM reads at import, here and in child processes."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # engines read folders; another process downloads
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["VLLM_NO_USAGE_STATS"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    for name in ALLOCATOR:
        os.environ.pop(name, None)
    os.environ["VLLM_RPC_BASE_PATH"] = os.environ["TMPDIR"] = str(scratch.folder())
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING" if on_gpu else "ERROR")
    os.environ.setdefault("VLLM_CACHE_ROOT", str(data_dir / "vllm-cache"))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if not on_gpu:
        os.environ.pop("VLLM_CPU_KVCACHE_SPACE", None)  # it would override the setting of each engine
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")  # one process per engine, not two
        os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")  # engines share the cores
        os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")  # log-probabilities would be compiled first: 17 s


def arguments(
    spec: EngineSpec, folder: Path, *, on_gpu: bool, kv_cache_bytes: int | None, gpu_share: float | None
) -> dict[str, Any]:
    """Return the keyword arguments of AsyncEngineArgs.

    `kv_cache_bytes` is what an earlier load of the same engine got, so that other engines' memory is not
    counted as its own; None lets vLLM measure. `gpu_share` is what must be free at the start.

    Raises EngineFailed if the row has arguments that are not allowed: it was not checked, or long ago.
    """
    wished = _wished(spec)
    processes = spec.tensor_parallel_size * wished.get("pipeline_parallel_size", 1)
    said: dict[str, Any] = {
        "model": str(folder),
        "served_model_name": spec.name,
        "trust_remote_code": spec.trust_remote_code,
        "tensor_parallel_size": spec.tensor_parallel_size,
        "distributed_executor_backend": "uni" if processes == 1 else "mp",
        "disable_log_stats": True,
        # The default backend's bounded strings are wrong: see docs/operations.md.
        "structured_outputs_config": {
            "backend": "guidance",
            "disable_any_whitespace": True,
            "reasoning_parser": spec.reasoning_parser,
        },
        "max_num_seqs": GPU_SEQUENCES if on_gpu else CPU_SEQUENCES,
    }
    if spec.sees_pages:
        wished["limit_mm_per_prompt"] = PER_PROMPT | wished.get("limit_mm_per_prompt", {})
    if spec.max_model_len:
        said["max_model_len"] = spec.max_model_len
    if on_gpu:
        said["enable_sleep_mode"] = True
        said["worker_extension_cls"] = "gpu_worker.engines.vllm.extension.Extension"
        if gpu_share:
            said["gpu_memory_utilization"] = gpu_share
    else:
        # With a seed, a prompt split over several steps crashes the CPU engine.
        said["max_num_batched_tokens"] = max(spec.max_model_len or 0, 4096)
        said["enforce_eager"] = True
        # A prompt whose beginning is cached is computed in other shapes, and rounds to other words: a repeat
        # would differ from what it repeats.
        said["enable_prefix_caching"] = False
        kv_cache_bytes = kv_cache_bytes or CPU_KV_CACHE_BYTES
    if kv_cache_bytes:
        said["kv_cache_memory_bytes"] = kv_cache_bytes
    return said | wished


def _wished(spec: EngineSpec) -> dict[str, Any]:
    try:
        return engine_args.read_engine_args(spec.engine_args)
    except WrongArguments as wrong:
        raise EngineFailed(f"The engine arguments of {spec.name} are wrong: {wrong}.") from wrong
