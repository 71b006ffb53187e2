"""Find the device that engines of this machine run on."""

import os
from pathlib import Path

NVIDIA_DRIVER = Path("/proc/driver/nvidia/gpus")


def gpus() -> list[str]:
    """Return the names of the NVIDIA GPUs that the driver shows, none without a driver."""
    found = []
    for card in sorted(NVIDIA_DRIVER.glob("*/information")):
        lines = dict(line.split(":", 1) for line in card.read_text().splitlines() if ":" in line)
        found.append(lines.get("Model", "NVIDIA GPU").strip())
    return found


def description() -> str:
    """Return the device as the operator reads it, e.g. "2 × NVIDIA H100" or "CPU, 8 cores"."""
    cards = gpus()
    if not cards:
        return f"CPU, {os.cpu_count()} cores"
    return cards[0] if len(cards) == 1 else f"{len(cards)} × {cards[0]}"
