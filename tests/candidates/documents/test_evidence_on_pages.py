"""Quotes on pages that a program has laid out: whatever stands on a page is found there again."""

from pathlib import Path

import pytest

from candidates.documents import extraction, kinds
from candidates.documents.evidence import located

RESUMES = sorted((Path(__file__).parents[2] / "data" / "resumes").glob("*.pdf"))


@pytest.mark.parametrize("path", RESUMES, ids=lambda path: path.stem)
def test_every_line_of_the_text_has_its_boxes(path):
    document = extraction.read_document(path, kinds.PDF, max_pages=20)
    lost = [
        line
        for page in document.pages
        for line in page.text.splitlines()
        if any(map(str.isalnum, line)) and not located(line, page.words)
    ]
    assert lost == []
