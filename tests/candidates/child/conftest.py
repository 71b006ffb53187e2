"""Files are opened by the child process as the worker has it done."""

from tests.candidates.documents.conftest import opened, refused  # noqa: F401
