"""One column with the dates at the right margin, in line with the titles."""

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, HRFlowable, Table

from tests.screening.facts import Person
from tests.screening.layouts.sheet import HEIGHT, WIDTH, Wording, built, bullets, frame, style, text

PLAIN, STRONG = "Helvetica", "Helvetica-Bold"
INNER = WIDTH - 112


def pdf(person: Person) -> bytes:
    said = Wording(person, "margin")
    body = style(10, PLAIN)
    story: list[Flowable] = [
        text(str(person.name), style(18, STRONG, after=0)),
        text(f"{person.email}  ·  {person.phone_written}  ·  {person.place}", style(9, PLAIN)),
        HRFlowable(width="100%", spaceAfter=4),
    ]
    if person.summary:
        story.append(text(person.summary, body))
    story += [
        text(said.skills, _head()),
        text(" · ".join(person.listed), body),
        text(said.experience, _head()),
    ]
    for role in person.roles:
        story.append(_line(f"{role.title}", said.dates(role)))
        story.append(text(f"{role.employer}, {role.place}", style(9.5, "Helvetica-Oblique")))
        story += bullets(role, style(10, PLAIN, indent=12))
    story.append(text(said.education, _head()))
    for degree in person.degrees:
        story += [
            _line(degree.written, str(degree.year)),
            text(degree.school, style(9.5, "Helvetica-Oblique")),
        ]
    languages = ", ".join(f"{name}: {level}" for name, level in person.languages)
    story += [text("Languages", _head()), text(languages, body)]

    def footer(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(PLAIN, 8)
        canvas.drawCentredString(WIDTH / 2, 24, f"{person.name} – page {document.page}")

    return built(story, [frame(56, 50, INNER, HEIGHT - 96)], on_first=footer, on_later=footer)


def _head():
    return style(12, STRONG, before=9, after=3)


def _line(left: str, right: str) -> Table:
    cells = [[text(left, style(10.5, STRONG, after=0)), text(right, style(9.5, PLAIN, align=2, after=0))]]
    flat = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return Table(
        cells, colWidths=[INNER - 150, 150], style=[*flat, ("VALIGN", (0, 0), (-1, -1), "TOP")], spaceBefore=4
    )
