"""Applications in the queue, and the worker that takes them."""

from tests.queued import balanced, job, other_worker, read, received, strict, waiting, worker  # noqa: F401
