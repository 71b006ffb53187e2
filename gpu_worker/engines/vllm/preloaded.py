"""Preloading for the fork server, so that every EngineCore starts with vLLM already in memory.

An engine takes half a minute to start on a CPU, nearly all of it for importing vLLM. Nothing here may touch
a GPU: a process that has done so may not fork. `WFC_ARCHITECTURES` names model classes to preload.
"""

import gc
import importlib
import logging
import os

log = logging.getLogger(__name__)

ANY = [
    "vllm.v1.engine.core",
    "vllm.v1.engine.async_llm",
    "vllm.v1.executor.uniproc_executor",
    "vllm.v1.executor.multiproc_executor",
    "vllm.v1.structured_output",
    "llguidance.torch",
]
CPU = ["vllm.v1.worker.cpu_worker", "vllm.v1.worker.cpu_model_runner"]


def preload() -> None:
    from vllm.platforms import current_platform

    # With CUDA, only what vLLM itself has loaded when it forks: there it inspects model classes in separate
    # processes, since importing one may touch the GPU.
    for name in [*ANY, *CPU, *_model_modules()] if current_platform.is_cpu() else ANY:
        try:
            importlib.import_module(name)
        except Exception:  # another version of vLLM has other modules: its engines import theirs
            log.warning("%s cannot be preloaded", name, exc_info=True)
    gc.collect()
    gc.freeze()  # so that garbage collection in a child copies no shared memory


def _model_modules() -> list[str]:
    from vllm.model_executor.models.registry import ModelRegistry

    wanted = filter(None, os.environ.get("WFC_ARCHITECTURES", "").split(","))
    known = (ModelRegistry.models.get(name) for name in wanted)
    return [model.module_name for model in known if hasattr(model, "module_name")]


preload()
