"""Imported once by the fork server, so that every EngineCore begins with vLLM in memory already.

Of the half minute that an engine takes to start on a CPU nearly all is importing vLLM. Nothing here may touch
a GPU: a process that has may not fork. `WFC_ARCHITECTURES` names model classes worth having at hand.
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

    # With CUDA only what vLLM itself has in memory when it forks: vLLM looks at model classes in processes of
    # their own there, since importing one may touch the GPU.
    for name in [*ANY, *CPU, *_model_modules()] if current_platform.is_cpu() else ANY:
        try:
            importlib.import_module(name)
        except Exception:  # another version of vLLM has other modules: its engines import theirs themselves
            log.warning("%s cannot be preloaded", name, exc_info=True)
    gc.collect()
    gc.freeze()  # no collection in a child touches, and so copies, what all of them share


def _model_modules() -> list[str]:
    from vllm.model_executor.models.registry import ModelRegistry

    wanted = filter(None, os.environ.get("WFC_ARCHITECTURES", "").split(","))
    known = (ModelRegistry.models.get(name) for name in wanted)
    return [model.module_name for model in known if hasattr(model, "module_name")]


preload()
