"""Applications with a verdict, to be evaluated again."""

from tests.queued import balanced, job, other_worker, read, received, strict, waiting, worker  # noqa: F401
