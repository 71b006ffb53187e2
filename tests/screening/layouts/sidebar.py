"""Two columns: a grey one on the left with contact, skills and languages, the career on the right."""

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, FrameBreak

from tests.screening.facts import Person
from tests.screening.layouts.sheet import BOLD, HEIGHT, WIDTH, Wording, built, bullets, frame, style, text

SIDE = 190
BLUE = HexColor("#1f3a5f")


def pdf(person: Person) -> bytes:
    said = Wording(person, "sidebar")
    small = style(8.5)
    side: list[Flowable] = [
        text("Contact", _head()), text(person.email, small), text(person.phone_written, small), text(person.place, small),
        text(said.skills, _head()), *(text(skill, small) for skill in person.listed),
        text("Languages", _head()), *(text(f"{name} – {level}", small) for name, level in person.languages),
        text("Interests", _head()), *(text(interest, small) for interest in person.interests),
    ]  # fmt: skip
    main: list[Flowable] = [
        text(str(person.name), style(21, BOLD, colour=BLUE, after=0)),
        text(person.headline, style(11, after=6)),
    ]
    if person.summary:
        main += [text(said.summary, _head()), text(person.summary, style(9))]
    main.append(text(said.experience, _head()))
    for role in person.roles:
        main.append(text(role.title, style(9.5, BOLD, before=4, after=0)))
        main.append(text(f"{role.employer}, {role.place} | {said.dates(role)}", style(8.5)))
        main += bullets(role, style(9, indent=12))
    main.append(text(said.education, _head()))
    main += [
        text(f"{degree.written} – {degree.school} ({degree.year})", style(9)) for degree in person.degrees
    ]
    columns = [frame(24, 40, SIDE - 40, HEIGHT - 90), frame(SIDE + 20, 40, WIDTH - SIDE - 54, HEIGHT - 90)]
    return built([*side, FrameBreak(), *main], columns, columns[1:], _grey)


def _head():
    return style(11, BOLD, colour=BLUE, before=9, after=3)


def _grey(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFillColor(HexColor("#e7ecf2"))
    canvas.rect(0, 0, SIDE, HEIGHT, stroke=0, fill=1)
