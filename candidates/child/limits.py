"""Limits of the sandbox: set before it reads the first byte, never raised."""

import resource
import signal

MEMORY_BYTES = 1_500_000_000
CPU_S = 40
OPEN_FILES = 64
ANSWER_BYTES = 80 * 2**20  # texts and page images of one document
UNPACKED_BYTES = 512 * 2**20  # the files of one ZIP


def limit_myself(wall_s: float, answer_bytes: int) -> None:
    """Limit memory, processor time, wall time and files, even if nobody is left to end this process."""
    lower(resource.RLIMIT_AS, MEMORY_BYTES)
    lower(resource.RLIMIT_CPU, CPU_S, spare=5)  # the soft limit tells why; the hard one just ends it
    lower(resource.RLIMIT_FSIZE, answer_bytes)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_NPROC, 0)
    lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    signal.setitimer(signal.ITIMER_REAL, wall_s)


def no_more_files() -> None:
    """Forbid opening any file from here on: all that is needed is loaded."""
    lower(resource.RLIMIT_NOFILE, 0)


def lower(limit: int, most: int, spare: int = 0) -> None:
    """Set the soft limit to `most` and the hard one `spare` above it; never raise a limit."""
    hard = resource.getrlimit(limit)[1]
    highest = most + spare if hard == resource.RLIM_INFINITY else min(most + spare, hard)
    resource.setrlimit(limit, (min(most, highest), highest))
