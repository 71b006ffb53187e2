"""Find out what this machine can run, and if it cannot run a model, why."""

import importlib.util
import time
from functools import lru_cache

import psutil
from django.conf import settings

from gpu_worker.device import gpus
from gpu_worker.engines.vllm import weights
from gpu_worker.engines.vllm.weights import NotHere, Weights
from models_admin.models import ModelConfig

LOOK_AGAIN_S = 10
HOST_SHARE = 0.7  # of all memory: what weights on a CPU may take


def obstacle(model_config: ModelConfig) -> str:
    """Return "" if the model can run here, else a sentence that says what is missing."""
    match model_config.provider:
        case ModelConfig.Provider.RULES:
            return ""
        case ModelConfig.Provider.VLLM:
            return _vllm_obstacle(model_config.name, model_config.revision)
        case _:
            return "This worker has no engine for OpenAI-compatible endpoints."


def is_here(model_config: ModelConfig) -> bool:
    """Whether the model runs without a download: a worker that starts downloads nothing."""
    if model_config.provider != ModelConfig.Provider.VLLM:
        return True
    return _here(model_config) is not None


def architectures(model_config: ModelConfig) -> tuple[str, ...]:
    """Return the model classes of weights on this machine, none if they are not here."""
    found = _here(model_config)
    return found.architectures if found else ()


def weights_gib(model_config: ModelConfig) -> float:
    """Return the size of its weight files on this machine; 0 if any of them is missing."""
    if model_config.provider != ModelConfig.Provider.VLLM:
        return 0.0
    found = _found(model_config.name, model_config.revision, _moment())
    return found.gib if isinstance(found, Weights) else 0.0


def _here(model_config: ModelConfig) -> Weights | None:
    try:
        return weights.find(model_config.name, model_config.revision)
    except NotHere:
        return None


def _moment() -> int:
    return round(time.monotonic() / LOOK_AGAIN_S)


@lru_cache(maxsize=1000)
def _found(name: str, revision: str, moment: int) -> Weights | str:
    """Return the weights, or why there are none. Heartbeats ask often: the answer is cached per `moment`."""
    try:
        return weights.find(name, revision)
    except NotHere as missing:
        return str(missing)


def _vllm_obstacle(name: str, revision: str) -> str:
    if importlib.util.find_spec("vllm") is None:
        return f"It needs vLLM, which is not installed on this machine: {settings.VLLM_COMES_WITH}."
    found = _found(name, revision, _moment())
    if isinstance(found, str):
        return _why_not_fetched(found, weights.is_own(name))
    whole_gib = psutil.virtual_memory().total / weights.GIB
    if not gpus() and found.gib > HOST_SHARE * whole_gib:
        return (
            f"Its weights take {found.gib:.1f} GiB; this machine has no CUDA GPU "
            f"and {whole_gib:.1f} GiB of memory."
        )
    return ""


def _why_not_fetched(missing: str, own: bool) -> str:
    if own:
        return missing
    if not gpus():
        return "It needs a CUDA GPU, or its weights under WFC_MODELS_DIR: this machine has neither."
    return "" if weights.may_download() else f"{missing} HF_HUB_OFFLINE forbids fetching them."
