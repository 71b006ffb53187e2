"""Given a file's bytes, what the reader makes of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from candidates.documents import extraction, kinds
from candidates.documents.extraction import Document
from candidates.documents.refusals import DocumentRefused

Opened = Callable[..., Document]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Read these bytes as the worker would: `opened(data, kinds.PDF, max_pages=20, wall_s=60)`."""

    def opened(data: bytes, kind: str = kinds.PDF, **limits: Any) -> Document:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return extraction.read_document(path, kind, **{"max_pages": 20} | limits)

    return opened


@pytest.fixture
def refused(opened: Opened) -> Callable[..., DocumentRefused]:
    """The refusal that these bytes end in."""

    def refused(data: bytes, kind: str = kinds.PDF, **limits: Any) -> DocumentRefused:
        with pytest.raises(DocumentRefused) as refusal:
            opened(data, kind, **limits)
        return refusal.value

    return refused
