"""`python -m tests.screening FOLDER [HOW_MANY]`: write made-up résumés into a folder, and what is true of them.

The layouts come in turn, and all eight of each person where no number is given. truth.csv says for every file what
the person is for each of the four jobs; jobs.txt holds the jobs' descriptions.
"""

import csv
import sys
from itertools import cycle
from pathlib import Path

from tests.screening.cases import Sheet, sheets
from tests.screening.layouts import LAYOUTS
from tests.screening.openings import OPENINGS
from tests.screening.people import people, this_month


def main(folder: str, how_many: str = "") -> None:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    made = _some(int(how_many)) if how_many else list(sheets(people(as_of=this_month())))
    with (place / "truth.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["file", "name", "e-mail", *(opening.title for opening in OPENINGS)])
        for sheet in made:
            (place / sheet.name).write_bytes(sheet.content)
            truths = [opening.truth(sheet.person) for opening in OPENINGS]
            table.writerow([sheet.name, sheet.person.name, sheet.person.email, *truths])
    jobs = "\n\n".join(f"{opening.title}\n\n{opening.description}" for opening in OPENINGS)
    (place / "jobs.txt").write_text(jobs)
    print(f"{len(made)} résumés in {place}")


def _some(how_many: int) -> list[Sheet]:
    per_field = -(-how_many // len(OPENINGS))
    by_field = [
        people(as_of=this_month(), per_field=per_field)[start::per_field] for start in range(per_field)
    ]
    mixed = [person for row in by_field for person in row][:how_many]
    return [
        Sheet(person=person, layout=layout) for person, layout in zip(mixed, cycle(LAYOUTS), strict=False)
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
