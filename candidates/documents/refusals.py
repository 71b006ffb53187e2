"""Why a file is not read, as an exception for each end state; the text is a sentence for the recruiter."""

from typing import ClassVar


class DocumentRefused(Exception):
    """The document cannot be read; `state` is where its file ends in the ledger."""

    state: ClassVar[str] = "unreadable"


class Unreadable(DocumentRefused):
    """Damaged, empty, or more than a reader can be asked to bear."""


class Encrypted(DocumentRefused):
    """A password is needed, or a right that nobody here can have."""

    state = "encrypted"


class Unsupported(DocumentRefused):
    """Nothing that we read, by its content."""

    state = "unsupported"


class TooLarge(DocumentRefused):
    """More bytes, pixels or files than one upload may have."""

    state = "too_large"
