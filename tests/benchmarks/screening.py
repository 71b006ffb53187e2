"""Made-up people whose facts are known, in six layouts, read for four jobs by the keyword rules.

The documents go the way that uploads go: a limited child opens each, the rules judge its text, and what they
quote is looked up. Two layouts and one job are held out: nothing was tuned with them, and they are told apart.
Parsing stands against poppler, called as pdf2image calls it (pdfinfo, then pdftoppm to memory), and pdftotext
for the text, with as many processes at a time and the same dpi.

Prints JSON lines {"name", "value", "unit", "ratio", "against"}. `python -m tests.benchmarks.screening wrong`
lists instead what is judged wrongly, of the part that may be tuned with.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import _lines, _place
from tests.screening import scores
from tests.screening.cases import Case, Part, Sheet, cases, sheets
from tests.screening.facts import Month, Opening, Person, Truth
from tests.screening.layouts import LAYOUTS
from tests.screening.openings import OPENINGS
from tests.screening.others import others
from tests.screening.people import people, twins
from tests.screening.scores import Found, Matrix

if TYPE_CHECKING:
    from candidates.answers import Answer, Met
    from candidates.documents import Document

OUTCOMES = ("Shortlisted", "Needs Review", "Rejected", "Invalid")
AT_ONCE = max(1, os.cpu_count() or 1)
TWINNED = 4  # every so manieth person has twins, in two layouts
TWINS = 3  # names that they get besides their own
TIMED = 48  # documents that poppler opens as well, eight of each layout
TURNS = 3
DPI = 150


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A résumé read for a job."""

    case: Case
    answer: "Answer"
    supported: "Answer"  # what is left of it when its quotes were looked up
    said: "dict[str, Met]"  # verdict by the words of the criterion


def main(wrong: str = "") -> None:
    with _place.opened(), tempfile.TemporaryDirectory() as place:
        (_list_wrong if wrong else _measure)(Path(place))


def _measure(folder: Path) -> None:
    everybody = people(as_of=this_month())
    on_file = {sheet: _filed(folder, sheet.name, sheet.content) for sheet in sheets(everybody)}
    start = time.perf_counter()
    texts = dict(zip(on_file, _texts(on_file.values()), strict=True))
    parse_s = (time.perf_counter() - start) * AT_ONCE / len(on_file)
    start = time.perf_counter()
    readings = [_read(case, texts[case.sheet]) for case in cases(on_file)]
    rules_s = (time.perf_counter() - start) / len(readings)
    _tell_fields(readings)
    for part in Part:
        _tell_outcomes(part, [reading for reading in readings if reading.case.part is part])
    _tell_quotes(readings)
    _tell_names(folder, everybody)
    _tell_others(folder)
    _lines.show("screening.rules", rules_s * 1000, "ms/reading", rules_s / parse_s, "parsing of the résumé")
    _tell_parsing(list(on_file.values())[:: len(on_file) // TIMED])
    _tell_goals([reading for reading in readings if reading.case.truth is Truth.QUALIFIED])


def this_month() -> Month:
    return Month(date.today().year, date.today().month)


def _filed(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _texts(paths: Iterable[Path]) -> list[tuple[str, ...]]:
    """The pages of each document, as models read them."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [tuple(page.text for page in document.pages) for document in pool.map(_parsed, paths)]


def _parsed(path: Path) -> "Document":
    from candidates import documents, kinds

    return documents.read(path, kinds.PDF, max_pages=20)


def _read(case: Case, pages: tuple[str, ...]) -> Reading:
    from candidates import answers

    answer = judged(case.opening, pages)
    said = {criterion.key: criterion.verdict for criterion in answer.criteria}
    return Reading(case=case, answer=answer, supported=answers.supported(answer, pages), said=said)


def judged(opening: Opening, pages: tuple[str, ...]) -> "Answer":
    from gpu_worker.engines.protocol import Request
    from gpu_worker.engines.rules import evaluate
    from models_admin.thresholds import Thresholds

    request = Request(
        id=1,
        job_title=opening.title,
        job_description=opening.description,
        pages=pages,
        as_of=date.today(),
    )
    return evaluate(request, Thresholds())


def _tell_fields(readings: Sequence[Reading]) -> None:
    """F1 of every field by layout; name, e-mail and phone once a résumé, the others once a reading."""
    found: dict[tuple[str, str], Found] = defaultdict(Found)
    for reading in readings:
        own = reading.case.sheet.person.field == reading.case.opening.field
        every = scores.musts(reading.case, reading.said)
        if own:
            every |= scores.fields(reading.answer, reading.case.sheet.person)
        for field, one in every.items():
            for where in (reading.case.sheet.layout, "all"):
                found[field, where] += one
    for (field, where), one in sorted(found.items()):
        everywhere = found[field, "all"].f1
        ratio = one.f1 / everywhere if everywhere else 1
        _lines.show(f"screening.f1.{field}.{where}", one.f1, "F1", ratio, "all layouts")


def _tell_outcomes(part: Part, readings: Sequence[Reading]) -> None:
    matrix = Matrix.of((reading.case.truth, reading.answer.outcome) for reading in readings)
    for truth in Truth:
        for outcome in OUTCOMES:
            count = matrix.counts.get((truth, outcome), 0)
            against = f"{matrix.of_truth(truth)} readings of {truth} people"
            _lines.show(
                f"screening.{part}.{truth}.{outcome}",
                count,
                "readings",
                matrix.share(truth, outcome),
                against,
            )


def _tell_quotes(readings: Sequence[Reading]) -> None:
    pairs = [
        pair
        for reading in readings
        for pair in zip(reading.answer.criteria, reading.supported.criteria, strict=True)
        if pair[0].quote
    ]
    verified = sum(after.quote is not None for _, after in pairs)
    _lines.show(
        "screening.quotes", len(pairs), "quotes", verified / max(1, len(pairs)), "those found on the page"
    )


def _tell_names(folder: Path, everybody: Sequence[Person]) -> None:
    """Whether nothing but the name changes where nothing but the name is different."""
    layouts = cycle(LAYOUTS)
    groups = [
        [Sheet(person=twin, layout=layout) for twin in (person, *twins(person, TWINS))]
        for person in everybody[::TWINNED]
        for layout in islice(layouts, 2)
    ]
    on_file = [
        _filed(folder, f"{number}-{turn}.pdf", sheet.content)
        for number, group in enumerate(groups)
        for turn, sheet in enumerate(group)
    ]
    texts = iter(_texts(on_file))
    same = []
    for group in groups:
        pages = list(islice(texts, len(group)))
        same += [
            scores.same_but_for_the_name([judged(opening, text) for text in pages]) for opening in OPENINGS
        ]
    _lines.show(
        "screening.names",
        len(same),
        "groups of twins",
        sum(same) / len(same),
        "those judged alike in every word",
    )
    _lines.goal("screening.names", all(same), sum(same) / len(same), "exactly the same by any name")


def _tell_others(folder: Path) -> None:
    """What is no résumé."""
    made = others()
    texts = _texts([_filed(folder, f"{other.name}.pdf", other.content) for other in made])
    harmless = [
        judged(opening, pages).outcome in other.allowed
        for other, pages in zip(made, texts, strict=True)
        for opening in OPENINGS
    ]
    _lines.show(
        "screening.no_resumes",
        len(harmless),
        "readings",
        sum(harmless) / len(harmless),
        "those that do no harm",
    )


def _tell_parsing(paths: Sequence[Path]) -> None:
    """Ours, with words, integrity and kept images, against poppler's text and images in memory."""
    if not all(shutil.which(tool) for tool in ("pdfinfo", "pdftoppm", "pdftotext")):
        print("Left out: parsing against poppler, which is not on this machine (poppler-utils).", flush=True)
        return
    took: dict[str, list[float]] = {"ours": [], "poppler": []}
    for _ in range(TURNS):
        for name, step in (("ours", _parsed), ("poppler", _by_poppler)):
            start = time.perf_counter()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(step, paths))
            took[name].append((time.perf_counter() - start) / len(paths))
    ours, theirs = min(took["ours"]), min(took["poppler"])
    _lines.show("screening.parsing", ours * 1000, "ms/document", theirs / ours, "poppler's speed")
    _lines.show("screening.poppler", theirs * 1000, "ms/document", ours / theirs, "ours")
    _lines.goal(
        "screening.parsing", theirs / ours >= 1.5, theirs / ours / 1.5, "1.5 times as fast as poppler"
    )


def _by_poppler(path: Path) -> tuple[str, list[bytes]]:
    """The text, and the page images as pdf2image leaves them in memory."""
    from PIL import Image

    subprocess.run(["pdfinfo", path], check=True, capture_output=True)  # pdf2image asks for the pages first
    text = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True).stdout.decode()
    drawn = subprocess.run(["pdftoppm", "-r", str(DPI), path], check=True, capture_output=True).stdout
    images = []
    while drawn:
        size, depth = drawn[:40].split(b"\n")[1:3]
        width, height = map(int, size.split())
        length = len(b"P6\n") + len(size) + 1 + len(depth) + 1 + width * height * 3
        picture = Image.frombuffer("RGB", (width, height), drawn[length - width * height * 3 : length])
        images.append(picture.tobytes())
        drawn = drawn[length:]
    return text, images


def _tell_goals(qualified: Sequence[Reading]) -> None:
    for part in Part:
        ours = [reading.answer.outcome for reading in qualified if reading.case.part is part]
        rejected = sum(outcome in ("Rejected", "Invalid") for outcome in ours) / len(ours)
        reviewed = ours.count("Needs Review") / len(ours)
        _lines.goal(f"screening.{part}.false_rejects", not rejected, rejected, "none of the qualified")
        _lines.goal(
            f"screening.{part}.reviews",
            reviewed <= 0.25,
            reviewed / 0.25,
            "a quarter of the qualified at most",
        )


def _list_wrong(folder: Path) -> None:
    """Print what is judged otherwise than the facts say, of the part that may be tuned with."""
    on_file = [sheet for sheet in sheets(people(as_of=this_month())) if sheet.part is Part.TUNING]
    texts = dict(
        zip(
            on_file,
            _remembered([_filed(folder, sheet.name, sheet.content) for sheet in on_file]),
            strict=True,
        )
    )
    for case in cases(on_file):
        if case.part is Part.TUNING:
            for line in _wrong(_read(case, texts[case.sheet])):
                print(line)


def _remembered(paths: Sequence[Path]) -> list[tuple[str, ...]]:
    """As `_texts`, but what an earlier run has read with the same code is not read again."""
    from candidates import reader

    code = b"".join(path.read_bytes() for path in sorted(reader.CHILD.parent.glob("*.py")))
    place = Path(tempfile.gettempdir()) / f"wfc-bench-pages-{hashlib.sha256(code).hexdigest()[:12]}"
    place.mkdir(exist_ok=True)
    kept = {path: place / hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    new = [path for path in paths if not kept[path].exists()]
    for path, pages in zip(new, _texts(new), strict=True):
        kept[path].write_text(json.dumps(pages))
    return [tuple(json.loads(kept[path].read_text())) for path in paths]


RIGHT = {
    Truth.QUALIFIED: ("Shortlisted",),
    Truth.BORDERLINE: ("Shortlisted", "Needs Review"),
    Truth.UNQUALIFIED: ("Rejected", "Needs Review"),
}


def _wrong(reading: Reading) -> Iterator[str]:
    case, person = reading.case, reading.case.sheet.person
    where = f"{case.sheet.name} for {case.opening.field}"
    if reading.answer.outcome not in RIGHT[case.truth]:
        yield f"{where}: {case.truth}, but {reading.answer.outcome}. {reading.answer.reason}"
    for field, found in scores.fields(reading.answer, person).items():
        if person.field == case.opening.field and not found.right:
            yield f"{where}: {field} is {getattr(reading.answer, field)}, not {getattr(person, field)}"


if __name__ == "__main__":
    main(*sys.argv[1:])
