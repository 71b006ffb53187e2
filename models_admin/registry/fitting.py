"""Whether an engine can fit into the memory of live workers. Only what is sure to fail is refused.

Sizes are GiB (2**30 bytes). Unknown sizes (weights that are not downloaded, a worker that has not reported)
refuse nothing: the worker measures when it loads.
"""

from collections.abc import Iterable
from math import ceil, floor
from pathlib import Path

from django.conf import settings

from models_admin.models import GpuWorker, ModelConfig

VLLM_SHARE = 0.9  # vLLM's default of gpu_memory_utilization
WEIGHT_FILES = (".safetensors", ".bin", ".pt", ".gguf")
GIB = 2**30


def fit_refusal(row: ModelConfig, workers: Iterable[GpuWorker]) -> str:
    """Return "" if any of `workers` may hold it or none has reported; else the arithmetic of the first."""
    if row.provider != ModelConfig.Provider.VLLM:
        return ""
    found = [_refusal_on(row, worker) for worker in workers if "gpus" in worker.memory]
    return "" if "" in found else next(iter(found), "")


def _refusal_on(row: ModelConfig, worker: GpuWorker) -> str:
    said, name = worker.memory, worker.name
    weights_gib = said.get("weights_gib", {}).get(str(row.pk)) or _on_this_disk_gib(row.name)
    budget_gib = said["gpu_budget_gib"]
    if not said["gpus"]:
        if weights_gib > budget_gib:
            return f"Its weights take {weights_gib:.1f} GiB; {name} has {budget_gib:.1f} GiB for them."
        return ""
    if row.tensor_parallel_size > said["gpus"]:
        return f"It asks for {row.tensor_parallel_size} GPUs; {name} has {said['gpus']}."
    share, total_gib = row.gpu_memory_utilization or VLLM_SHARE, said["gpu_total_gib"]
    takes_gib, each_gib = share * total_gib, weights_gib / row.tensor_parallel_size
    product = f"{share:g} × {total_gib:.1f} GiB = {takes_gib:.1f} GiB"
    if each_gib > budget_gib:
        return f"Its weights take {each_gib:.1f} GiB of a GPU; {name} has {budget_gib:.1f} GiB for models."
    if takes_gib > budget_gib:
        most = floor(budget_gib / total_gib * 100) / 100
        return f"{product}; {name} has {budget_gib:.1f} GiB for models. Choose at most {most:g}."
    if each_gib > takes_gib:
        least = ceil(each_gib / total_gib * 100) / 100
        return f"Its weights take {each_gib:.1f} GiB; it may take {product}. Choose more than {least:g}."
    return ""


def _on_this_disk_gib(name: str) -> float:
    """Return the size of the weights in `name` under WFC_MODELS_DIR on the site's disk; 0 without any."""
    root = Path(settings.MODELS_DIR).resolve()
    folder = (root / name).resolve()
    if not (folder.is_dir() and folder.is_relative_to(root)):
        return 0.0
    files = (file for file in folder.iterdir() if file.suffix in WEIGHT_FILES)
    return sum(file.stat().st_size for file in files) / GIB
