"""What nobody can see on a page counts for nobody: the rules read what people see."""

import pytest

from candidates.documents import extraction, kinds
from candidates.evaluations.answers import Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import evaluate
from jobs.criteria import listed
from models_admin.models.thresholds import Thresholds
from tests.candidates.documents.tampered import TAMPERED

CRITERIA = listed([("Kubernetes", "must"), ("packing", "must")])
WITH_SECRET = [
    case
    for case in TAMPERED
    if case.name in ("white on white", "nearly white", "black on black", "white on the second page")
]


@pytest.mark.parametrize("case", WITH_SECRET, ids=lambda case: case.name)
def test_hidden_words_earn_nothing_and_seen_ones_do(case, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(case.data())
    pages = tuple(page.text for page in extraction.read_document(path, kinds.PDF, max_pages=20).pages)
    answer = evaluate(
        Request(id=1, job_title="", job_description="", pages=pages, criteria=CRITERIA), Thresholds()
    )
    assert [found.verdict for found in answer.criteria] == [Met.NO_EVIDENCE, Met.MET]
