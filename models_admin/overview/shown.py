"""What the parts of the Models page share: a version that tells whether anything has changed."""

import hashlib
from typing import TypeVar

T = TypeVar("T")


class Shown:
    """Something that has its own element on the page."""

    @property
    def version(self) -> str:
        """Differs when any field differs; the same in every process."""
        return hashlib.blake2s(repr(self).encode(), digest_size=8).hexdigest()


class Rows(tuple[T, ...], Shown):
    """The rows of one part of the page, in order."""
