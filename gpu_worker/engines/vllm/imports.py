"""Imports of vLLM, done once and early: they take ten seconds."""

import importlib
import threading
from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings

from gpu_worker import memory
from gpu_worker.engines.vllm import processes
from gpu_worker.engines.vllm.arguments import environment

_importing = threading.Lock()


def preload(architectures: Sequence[str]) -> None:
    """Import vLLM here and in the fork server: about ten seconds, once. Blocks; call it in a thread."""
    with _importing:
        environment(settings.DATA_DIR, memory.on_gpu())
        processes.start_fork_server(architectures)
        for name in ("vllm.engine.arg_utils", "vllm.v1.engine.async_llm", "vllm.v1.structured_output"):
            importlib.import_module(name)


def inspect_architectures(architectures: Sequence[str]) -> None:
    """Let vLLM inspect these model classes: ten seconds each, once; vLLM caches the result."""
    from vllm.model_executor.models.registry import ModelRegistry

    for name in architectures:
        with suppress(Exception):  # the load will report what is wrong
            ModelRegistry.models[name].inspect_model_cls()
