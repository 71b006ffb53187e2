"""Made-up people whose facts are known, in eight layouts, read for four jobs by the keyword rules.

The documents go the way that uploads go: a limited child opens each, the rules judge its text by the criteria
that are drawn from the job's description, and what they quote is looked up. Two layouts and one job are held
out: nothing was tuned with them, and they are told apart. Parsing stands against poppler, called as pdf2image
calls it (pdfinfo, then pdftoppm), and pdftotext for the text, with as many processes at a time and the same dpi.

Prints JSON lines {"name", "value", "unit", "ratio", "against"}. `python -m tests.benchmarks.screening wrong`
lists instead what is judged wrongly, of the part that may be tuned with.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from tests.benchmarks import _lines, _place, _poppler
from tests.screening import scores
from tests.screening.cases import Part, Sheet, cases, sheets
from tests.screening.facts import Person, Truth
from tests.screening.layouts import LAYOUTS, LONG, WORD
from tests.screening.openings import OPENINGS
from tests.screening.others import others
from tests.screening.people import people, this_month, twins
from tests.screening.reading import Reading, Shelf, by_rules, judged
from tests.screening.scores import Found, Matrix

OUTCOMES = ("Shortlisted", "Needs Review", "Rejected", "Invalid")
TWINNED = 4  # every so manieth person has twins, in two layouts
TWINS = 3  # names that they get besides their own
TIMED = 8  # of so many PDFs with a page each one is opened by poppler as well


def main(wrong: str = "") -> None:
    with _place.opened(), tempfile.TemporaryDirectory() as folder:
        if wrong:
            _list_wrong()
        else:
            _measure(Shelf(Path(folder)))


def _measure(shelf: Shelf) -> None:
    everybody = people(as_of=this_month())
    made = list(sheets(everybody))
    read = shelf.read([sheet.content for sheet in made])
    documents = dict(zip(made, read, strict=True))
    readings = [by_rules(case, documents[case.sheet]) for case in cases(made)]
    _tell_fields(readings)
    for part in Part:
        _tell_outcomes(part, [reading for reading in readings if reading.case.part is part])
    _tell_quotes(readings)
    _tell_names(shelf, everybody)
    _tell_others(shelf)
    # Both by the processor's time, in this process and in children: that of the clock is the neighbours' too.
    rules_s = sum(reading.cpu_s for reading in readings) / len(readings)
    _lines.show(
        "screening.rules", rules_s * 1000, "ms/reading", rules_s / shelf.cpu_s, "parsing of the résumé"
    )
    one_page = [sheet for sheet in made if sheet.layout not in WORD | LONG]
    _poppler.tell([shelf.filed(sheet.content) for sheet in one_page[::TIMED]])
    for part in Part:
        _tell_goals(part, [reading for reading in readings if reading.case.part is part])


def _tell_fields(readings: Sequence[Reading]) -> None:
    """F1 of every field by layout; name, e-mail, phone and years once a résumé, the others once a reading."""
    found: dict[tuple[str, str], Found] = defaultdict(Found)
    for reading in readings:
        person = reading.case.sheet.person
        every = scores.musts(reading.case, reading.said)
        if person.field == reading.case.opening.field:
            every |= scores.fields(reading.answer, reading.years, person)
        else:
            every.pop("degree", None)  # whether one of another subject will do, the jobs do not say
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
            name, count = f"screening.{part}.{truth}.{outcome}", matrix.counts.get((truth, outcome), 0)
            against = f"all {matrix.of_truth(truth)} readings of {truth} people"
            _lines.show(name, count, "readings", matrix.share(truth, outcome), against)


def _tell_quotes(readings: Sequence[Reading]) -> None:
    verified = [one for reading in readings for one in reading.verified]
    located = [one for reading in readings for one in reading.located]
    for name, good, where in (("verified", verified, ""), ("located", located, " in PDFs")):
        share, against = sum(good) / len(good), f"all {len(good)} quotes{where}"
        _lines.show(f"screening.quotes.{name}", sum(good), "quotes", share, against)


def _tell_names(shelf: Shelf, everybody: Sequence[Person]) -> None:
    """Whether nothing but the name changes where nothing but the name is different."""
    layouts = cycle(LAYOUTS)
    groups = [
        [Sheet(person=twin, layout=layout) for twin in (person, *twins(person, TWINS))]
        for person in everybody[::TWINNED]
        for layout in islice(layouts, 2)
    ]
    read = iter(shelf.read([sheet.content for group in groups for sheet in group]))
    same = []
    for group in groups:
        documents = list(islice(read, len(group)))
        same += [
            scores.same_but_for_the_name([judged(opening, document) for document in documents])
            for opening in OPENINGS
        ]
    share = sum(same) / len(same)
    _lines.show(
        "screening.names", sum(same), "groups of twins", share, "all, alike in every word of the answer"
    )
    _lines.goal("screening.names", all(same), share, "exactly the same by any name")


def _tell_others(shelf: Shelf) -> None:
    """What is no résumé."""
    made = others()
    read = shelf.read([other.content for other in made])
    harmless = [
        judged(opening, document).outcome in other.allowed
        for other, document in zip(made, read, strict=True)
        for opening in OPENINGS
    ]
    share = sum(harmless) / len(harmless)
    _lines.show(
        "screening.no_resumes", sum(harmless), "readings", share, "all readings of invoices, letters, scans"
    )


def _tell_goals(part: Part, readings: Sequence[Reading]) -> None:
    matrix = Matrix.of((reading.case.truth, reading.answer.outcome) for reading in readings)
    rejected = sum(matrix.share(Truth.QUALIFIED, outcome) for outcome in ("Rejected", "Invalid"))
    reviewed = matrix.share(Truth.QUALIFIED, "Needs Review")
    _lines.goal(f"screening.{part}.false_rejects", not rejected, rejected, "none of the qualified")
    _lines.goal(
        f"screening.{part}.reviews", reviewed <= 0.25, reviewed / 0.25, "a quarter of the qualified at most"
    )


def _list_wrong() -> None:
    """Print what is judged otherwise than the facts say, of the part that may be tuned with."""
    made = [sheet for sheet in sheets(people(as_of=this_month())) if sheet.part is Part.TUNING]
    documents = dict(zip(made, Shelf.remembered([sheet.content for sheet in made]), strict=True))
    for case in cases(made):
        if case.part is Part.TUNING:
            for line in _wrong(by_rules(case, documents[case.sheet])):
                print(line)


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
    if person.field != case.opening.field:
        return
    said = {**reading.answer.model_dump(), "years": round(reading.years, 1)}
    for field, found in scores.fields(reading.answer, reading.years, person).items():
        if not found.right:
            yield f"{where}: {field} is {said[field]}, not {getattr(person, field)}"


if __name__ == "__main__":
    main(*sys.argv[1:])
