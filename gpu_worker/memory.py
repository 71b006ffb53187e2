"""Measure the memory for engines, total and used: NVML for GPUs, psutil for the host.

Sizes are GiB (2**30 bytes). With several GPUs in one tensor-parallel group every engine takes the same share
of each, so the smallest total and the fullest GPU count. A machine without a GPU has two budgets as well,
both of host memory: one for engines that are awake, one for those that sleep.
"""

import importlib
import os
import time
from functools import lru_cache
from typing import Any

import psutil
from django.conf import settings

from gpu_worker.core.residency import Budget
from gpu_worker.device import gpus

GIB = 2**30
# Of what is free at start; the rest belongs to the system and to the page cache.
HOST_SHARE = 0.5
AWAKE_ON_CPU_SHARE, ASLEEP_ON_CPU_SHARE = 0.5, 0.25
SETTLED_WITHIN_S = 30.0
STILL_S, STILL_GIB = 1.0, 0.25  # so little a second is the system's own coming and going
GPU_SHARE = 0.95  # the driver, the display and fragments keep the rest


def on_gpu() -> bool:
    return bool(gpus())


@lru_cache(maxsize=1)
def device_name() -> str:
    """Return what engines run on, to compare what they answer: "CPU" for any CPU."""
    return gpus()[0] if on_gpu() else "CPU"


@lru_cache(maxsize=1)
def _handles() -> tuple[Any, list[Any]]:
    nvml = importlib.import_module("pynvml")  # comes with vLLM's CUDA build
    nvml.nvmlInit()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    if not visible:
        return nvml, [nvml.nvmlDeviceGetHandleByIndex(n) for n in range(nvml.nvmlDeviceGetCount())]
    named = [name.strip() for name in visible.split(",")]
    return nvml, [
        nvml.nvmlDeviceGetHandleByIndex(int(name)) if name.isdigit() else nvml.nvmlDeviceGetHandleByUUID(name)
        for name in named
    ]


def _infos() -> list[Any]:
    nvml, handles = _handles()
    return [nvml.nvmlDeviceGetMemoryInfo(handle) for handle in handles]


def gpu_used_gib() -> float:
    """Return what is used of the fullest GPU, by any process; 0 without a GPU."""
    return max(info.used for info in _infos()) / GIB if on_gpu() else 0.0


def gpu_total_gib() -> float:
    """Return the memory of the smallest GPU; 0 without a GPU."""
    return min(info.total for info in _infos()) / GIB if on_gpu() else 0.0


def settle() -> None:
    """Wait until no more memory becomes free: processes of a killed worker need time to end."""
    until, free_gib = time.monotonic() + SETTLED_WITHIN_S, _free_gib()
    while time.monotonic() < until:
        time.sleep(STILL_S)
        before_gib, free_gib = free_gib, _free_gib()
        if free_gib - before_gib < STILL_GIB:
            return


def _free_gib() -> float:
    """Return the free memory of GPUs and host together: it rises while either becomes free."""
    return psutil.virtual_memory().available / GIB - gpu_used_gib()


def measured_budget() -> Budget:
    """Return what engines may take here: what is free now, unless the WFC_…_BUDGET_GIB settings say it."""
    available_gib = psutil.virtual_memory().available / GIB
    if on_gpu():
        gpu_gib, host_gib = gpu_total_gib() * GPU_SHARE - gpu_used_gib(), available_gib * HOST_SHARE
    else:
        gpu_gib, host_gib = available_gib * AWAKE_ON_CPU_SHARE, available_gib * ASLEEP_ON_CPU_SHARE
    return Budget(
        gpu_gib=gpu_gib if settings.GPU_BUDGET_GIB is None else settings.GPU_BUDGET_GIB,
        host_gib=host_gib if settings.HOST_BUDGET_GIB is None else settings.HOST_BUDGET_GIB,
    )
