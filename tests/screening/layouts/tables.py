"""Everything in tables with lines around the cells, as office templates have it. Held out."""

from reportlab.lib.colors import HexColor, grey
from reportlab.platypus import Flowable, Table

from tests.screening.facts import Person
from tests.screening.layouts.sheet import BOLD, HEIGHT, WIDTH, Wording, built, frame, style, text

INNER = WIDTH - 100
GRID = [("GRID", (0, 0), (-1, -1), 0.5, grey), ("VALIGN", (0, 0), (-1, -1), "TOP")]
HEADED = [*GRID, ("BACKGROUND", (0, 0), (-1, 0), HexColor("#eeeeee"))]


def pdf(person: Person) -> bytes:
    said = Wording(person, "tables")
    cell, label = style(9, after=0), style(9, BOLD, after=0)
    facts = [
        ("Name", str(person.name)),
        ("E-mail", person.email),
        ("Phone", person.phone_written),
        ("Residence", person.place),
    ]
    if person.summary:
        facts.append((said.summary, person.summary))
    career: list[list[list[Flowable]]] = [
        [
            [text(said.dates(role), cell)],
            [text(role.title, label), text(f"{role.employer}, {role.place}", cell)],
            [text(duty.text, cell) for duty in role.duties],
        ]
        for role in person.roles
    ]
    degrees = [
        [text(str(degree.year), cell), text(degree.written, cell), text(degree.school, cell)]
        for degree in person.degrees
    ]
    pairs = [person.listed[start : start + 3] for start in range(0, len(person.listed), 3)]
    skills = [[text(skill, cell) for skill in (*row, "", "")[:3]] for row in pairs]
    languages = [[text(name, cell), text(level, cell)] for name, level in person.languages]
    headed = [text(words, label) for words in ("Period", "Position", "Duties")]
    story: list[Flowable] = [
        text("Curriculum Vitae", style(16, BOLD, after=8)),
        Table([[text(name, label), text(value, cell)] for name, value in facts], colWidths=[110, INNER - 110], style=GRID),
        _heading(said.experience), Table([headed, *career], colWidths=[95, 150, INNER - 245], style=HEADED),
        _heading(said.education), Table(degrees, colWidths=[95, 220, INNER - 315], style=GRID),
        _heading(said.skills), Table(skills, colWidths=[INNER / 3] * 3, style=GRID),
        _heading("Languages"), Table(languages, colWidths=[INNER / 2] * 2, style=GRID),
    ]  # fmt: skip
    return built(story, [frame(50, 45, INNER, HEIGHT - 90)])


def _heading(words: str) -> Flowable:
    return text(words, style(11, BOLD, before=10, after=4))
