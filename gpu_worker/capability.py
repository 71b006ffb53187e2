"""What this machine can run, and the sentence why not where it cannot."""

import importlib.util
import os
from pathlib import Path

from models_admin.models import ModelConfig

NVIDIA_DRIVER = Path("/proc/driver/nvidia/gpus")


def gpus() -> list[str]:
    """The names of the NVIDIA GPUs that the driver shows, none where there is no driver."""
    found = []
    for card in sorted(NVIDIA_DRIVER.glob("*/information")):
        lines = dict(line.split(":", 1) for line in card.read_text().splitlines() if ":" in line)
        found.append(lines.get("Model", "NVIDIA GPU").strip())
    return found


def device() -> str:
    """The device in words for the operator, e.g. "2 × NVIDIA H100" or "CPU, 8 cores"."""
    cards = gpus()
    if not cards:
        return f"CPU, {os.cpu_count()} cores"
    return cards[0] if len(cards) == 1 else f"{len(cards)} × {cards[0]}"


def obstacle(model_config: ModelConfig) -> str:
    """Return "" if the model can run here, else a sentence that says what is missing."""
    match model_config.provider:
        case ModelConfig.Provider.RULES:
            return ""
        case ModelConfig.Provider.VLLM:
            return _vllm_obstacle()
        case _:
            return "This worker has no engine for OpenAI-compatible endpoints."


def _vllm_obstacle() -> str:
    if not gpus():
        return "It needs a CUDA GPU, and this machine has none."
    if importlib.util.find_spec("vllm") is None:
        return "It needs vLLM, which is not installed on this machine."
    return "This worker has no vLLM engine."
