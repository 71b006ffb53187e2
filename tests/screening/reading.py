"""Reading the made-up résumés the way that uploads are read: by a limited child, then by the rules.

Word documents go without LibreOffice, as text alone: the same wherever they are read.
"""

import hashlib
import os
import pickle
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from unittest.mock import patch

import psutil

from candidates.documents import evidence, extraction, kinds, libreoffice, sandbox
from candidates.documents.extraction import Document
from candidates.evaluations import answers
from candidates.evaluations.answers import Answer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import evaluate, timeline
from gpu_worker.engines.rules.text import read_pages
from jobs.criteria import Criterion, drawing
from models_admin.models.thresholds import Thresholds
from tests.screening.cases import Case
from tests.screening.facts import Opening

AT_ONCE = max(1, os.cpu_count() or 1)


class Shelf:
    """Documents as files in `folder`. `cpu_s` is the processor time that one takes to read, in all processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read, self._spent_s = 0, 0.0

    @property
    def cpu_s(self) -> float:
        return self._spent_s / self._read

    def filed(self, content: bytes) -> Path:
        path = self._folder / hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        return path

    def read(self, contents: Sequence[bytes]) -> list[Document]:
        paths = [self.filed(content) for content in contents]
        before = _spent_s()
        with patch.object(libreoffice, "program", lambda: None), ThreadPoolExecutor(AT_ONCE) as pool:
            found = [_without_images(document) for document in pool.map(_parsed, paths)]
        self._spent_s += _spent_s() - before
        self._read += len(paths)
        return found

    @classmethod
    def remembered(cls, contents: Sequence[bytes]) -> list[Document]:
        """As `read`, but only what no earlier run with the same code has read."""
        code = b"".join(path.read_bytes() for path in sorted(sandbox.CHILD.parent.rglob("*.py")))
        place = Path(tempfile.gettempdir()) / f"wfc-bench-read-{hashlib.sha256(code).hexdigest()[:12]}"
        place.mkdir(exist_ok=True)
        kept = {content: place / hashlib.sha256(content).hexdigest() for content in contents}
        new = [content for content, path in kept.items() if not path.exists()]
        with tempfile.TemporaryDirectory() as folder:
            for content, document in zip(new, cls(Path(folder)).read(new), strict=True):
                kept[content].write_bytes(pickle.dumps(document))
        return [pickle.loads(kept[content].read_bytes()) for content in contents]


def _spent_s() -> float:
    """The processor time of this process and of all that came of it, also of what has ended."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(process.cpu_times()[:4]) for process in family)


def _parsed(path: Path) -> Document:
    with path.open("rb") as file:
        kind = kinds.recognise(file)
    return extraction.read_document(path, kind, max_pages=20)


def _without_images(document: Document) -> Document:
    """Hundreds of page images need not stay in memory."""
    return replace(document, pages=[replace(page, image=None) for page in document.pages])


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A résumé read for a job."""

    case: Case
    answer: Answer
    cpu_s: float
    years: float  # of work, as the rules count them
    verified: Sequence[bool]  # of every quote, whether it stands in the text
    located: Sequence[bool]  # and of those on pages that know where words stand, whether it has a box
    said: dict[str, Met]  # verdict by the words of the criterion


def by_rules(case: Case, document: Document) -> Reading:
    start = time.thread_time()
    answer = judged(case.opening, document)
    cpu_s = time.thread_time() - start
    asked = {criterion.key: criterion.text for criterion in criteria(case.opening)}
    supported = answers.supported(answer, texts(document))
    quoted = [one for one in zip(answer.criteria, supported.criteria, strict=True) if one[0].quote]
    return Reading(
        case=case,
        answer=answer,
        cpu_s=cpu_s,
        years=_years(texts(document)),
        verified=[after.quote is not None for _, after in quoted],
        located=[
            bool(evidence.located(said.quote or "", words))
            for said, _ in quoted
            if (words := document.pages[(said.page or 1) - 1].words)
        ],
        said={asked[criterion.key]: criterion.verdict for criterion in answer.criteria},
    )


def judged(opening: Opening, document: Document) -> Answer:
    """What the rules make of the document, by the criteria of a job whose recruiter has written none."""
    request = Request(
        id=1,
        job_title=opening.title,
        job_description=opening.description,
        pages=texts(document),
        criteria=criteria(opening),
        as_of=date.today(),
    )
    return evaluate(request, Thresholds())


def texts(document: Document) -> tuple[str, ...]:
    return tuple(page.text for page in document.pages)


@cache
def criteria(opening: Opening) -> tuple[Criterion, ...]:
    return drawing.draw(opening.description)


@cache
def _years(pages: tuple[str, ...]) -> float:
    return timeline.career_of(read_pages(pages), date.today()).months().likely / 12
