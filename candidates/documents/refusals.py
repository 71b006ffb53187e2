"""Refusals of a file: an exception for each end state; its text is a sentence for the recruiter."""

from typing import ClassVar


class DocumentRefused(Exception):
    """The document cannot be read; `state` is the file's end state in the ledger."""

    state: ClassVar[str] = "unreadable"


class Unreadable(DocumentRefused):
    """Damaged, empty, or beyond the limits of the sandbox."""


class Encrypted(DocumentRefused):
    """A password is needed, or permissions that nobody here has."""

    state = "encrypted"


class Unsupported(DocumentRefused):
    """A kind of file that is not read, by its content."""

    state = "unsupported"


class TooLarge(DocumentRefused):
    """More bytes, pixels or files than one upload may contain."""

    state = "too_large"
