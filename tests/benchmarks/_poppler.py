"""Opening documents the way of pdf2image, against ours: text and page images at the same dpi, as many at once."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from tests.benchmarks import _lines

TOOLS = ("pdfinfo", "pdftoppm", "pdftotext")
AT_ONCE = max(1, os.cpu_count() or 1)
TURNS = 3
DPI = "150"
TIMES_AS_FAST = 1.5


def tell(paths: Sequence[Path]) -> None:
    """Ours also boxes words, looks for hidden ones and keeps the images. Best of the turns, which alternate."""
    if not all(map(shutil.which, TOOLS)):
        print("Left out: parsing against poppler, which is not on this machine (poppler-utils).", flush=True)
        return
    ways: dict[str, Callable[[Path], None]] = {"ours": _ours, "to memory": _to_memory, "to JPEG": _to_jpeg}
    took: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(TURNS):
        for way, step in ways.items():
            took[way].append(_seconds(step, paths))
    ours = min(took.pop("ours"))
    _lines.show("screening.parsing", ours * 1000, "ms/document", 1, "itself")
    for way, times in took.items():
        name = f"screening.poppler {way}"
        _lines.show(name, min(times) * 1000, "ms/document", min(times) / ours, "ours: so many times as long")
    alike = min(took["to JPEG"]) / ours  # ours are JPEGs too, of the same size
    _lines.goal("screening.parsing", alike >= TIMES_AS_FAST, alike / TIMES_AS_FAST, "1.5 × poppler's speed")


def _seconds(step: Callable[[Path], None], paths: Sequence[Path]) -> float:
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(step, paths))
    return (time.perf_counter() - start) / len(paths)


def _ours(path: Path) -> None:
    from candidates.documents import extraction, kinds

    extraction.read_document(path, kinds.PDF, max_pages=20)


def _to_memory(path: Path) -> None:
    """As pdf2image does by default: pages as PPM through a pipe, cut into pictures."""
    pictures = []
    drawn = _text_and("pdftoppm", "-r", DPI, path)
    while drawn:
        size = drawn.split(b"\n", 3)[1]
        width, height = map(int, size.split())
        start = len(b"P6\n" + size + b"\n255\n")
        pictures.append(Image.frombytes("RGB", (width, height), drawn[start : start + width * height * 3]))
        drawn = drawn[start + width * height * 3 :]
    assert pictures


def _to_jpeg(path: Path) -> None:
    """As pdf2image does with fmt="jpeg": what is kept or sent to a model is ready."""
    assert _text_and("pdftoppm", "-r", DPI, "-jpeg", path)


def _text_and(*drawing: str | Path) -> bytes:
    path = drawing[-1]
    _said("pdfinfo", path)  # pdf2image asks for the number of pages first
    assert _said("pdftotext", path, "-")
    return _said(*drawing)


def _said(*command: str | Path) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout
