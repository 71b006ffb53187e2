"""What it costs to know what people see on a page: against taking PDFium's own text of the same pages.

Every page of the sample résumés is read in this process, step by step, and in child processes as the worker
does it. Prints JSON lines {"name", "value", "unit", "ratio", "against"}; milliseconds a page, best of the turns.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from candidates.child import instructions
from candidates.child.pdf import integrity, reading_order, words
from candidates.documents import extraction, kinds
from tests.benchmarks import _lines

DATA = Path(__file__).parents[1] / "data" / "resumes"
TURNS = 5


def main() -> None:
    import pypdfium2

    files = sorted(DATA.glob("*.pdf"))
    pages = [page for path in files for page in pypdfium2.PdfDocument(path)]
    texts = [page.get_textpage() for page in pages]
    layers = [words.layer(page, text) for page, text in zip(pages, texts, strict=True)]
    told = [reading_order.text(layer.words) for layer in layers]

    def extract() -> None:
        for page in pages:
            text = page.get_textpage()
            text.get_text_bounded()
            text.close()

    alone = _ms(extract, len(pages))
    _lines.show("reading.text_alone", alone, "ms/page", 1, "itself")
    steps: dict[str, Callable[[], Any]] = {
        "words": lambda: [words.layer(page, text) for page, text in zip(pages, texts, strict=True)],
        "seen": lambda: [
            integrity.examine(page, text, layer.words)
            for page, text, layer in zip(pages, texts, layers, strict=True)
        ],
        "order": lambda: [reading_order.text(layer.words) for layer in layers],
        "instructions": lambda: [instructions.instructions(text) for text in told],
    }
    times = {name: _ms(step, len(pages)) for name, step in steps.items()}
    for name, value in times.items():
        _lines.show(f"reading.{name}", value, "ms/page", value / alone, "text alone")
    whole = alone + sum(times.values())
    _lines.show("reading.all", whole, "ms/page", whole / alone, "text alone")
    child = _ms(
        lambda: [extraction.read_document(path, kinds.PDF, max_pages=20) for path in files], len(pages)
    )
    _lines.show("reading.in_a_child", child, "ms/page", child / whole, "reading.all, in one process")


def _ms(step: Callable[[], Any], pages: int) -> float:
    """Return the milliseconds a page that the quickest of the turns takes."""
    took = []
    for _ in range(TURNS):
        start = time.perf_counter()
        step()
        took.append(time.perf_counter() - start)
    return min(took) * 1000 / pages


if __name__ == "__main__":
    main()
