"""Given a file's bytes, what the reader makes of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from candidates import documents
from candidates.documents import Document

Opened = Callable[..., Document]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Read these bytes as the worker would: `opened(data, max_pages=20, wall_s=30)`."""

    def opened(data: bytes, *, max_pages: int = 20, wall_s: float = documents.WALL_S) -> Document:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return documents.read(path, documents.PDF, max_pages=max_pages, wall_s=wall_s)

    return opened


@pytest.fixture
def refused(opened: Opened) -> Callable[..., documents.DocumentRefused]:
    """The refusal that these bytes end in."""

    def refused(data: bytes, **limits: float) -> documents.DocumentRefused:
        with pytest.raises(documents.DocumentRefused) as refusal:
            opened(data, **limits)
        return refusal.value

    return refused
