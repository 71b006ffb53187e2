"""How much memory there is for engines."""

import psutil

from gpu_worker.residency import Budget

GIB = 2**30
HOST_SHARE = 0.5  # of what is free at start; the rest belongs to the system and to the page cache


def measured_budget() -> Budget:
    """The budget of this machine: no GPU memory, for no engine of this release takes any."""
    return Budget(gpu_gib=0.0, host_gib=psutil.virtual_memory().available * HOST_SHARE / GIB)
