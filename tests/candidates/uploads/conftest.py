"""Files on their way, and the worker that opens them."""

from tests.queued import balanced, job, other_worker, read, received, strict, waiting, worker  # noqa: F401
