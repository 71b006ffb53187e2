"""A coloured head with a drawn portrait, icons before the contacts, a line of time with dots, bars for skills. Held out."""

from reportlab.lib.colors import HexColor, white
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, FrameBreak

from tests.screening.facts import Person
from tests.screening.layouts.sheet import (
    BOLD,
    HEIGHT,
    SANS,
    WIDTH,
    Wording,
    built,
    bullets,
    frame,
    style,
    text,
)

TEAL, PALE, SKIN = HexColor("#0f5c63"), HexColor("#cfe3e4"), HexColor("#e8c39e")
HEAD, RIGHT = 132, 176  # the head's height, the right column's width


class Bar(Flowable):  # type: ignore[misc]  # reportlab has no types
    """How well somebody says they know something."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share, self.width, self.height = share, RIGHT - 50, 6

    def draw(self) -> None:
        for width, colour in ((self.width, PALE), (self.width * self.share, TEAL)):
            self.canv.setFillColor(colour)
            self.canv.roundRect(0, 2, width, 3, 1.5, stroke=0, fill=1)


def pdf(person: Person) -> bytes:
    said = Wording(person, "banner")
    main: list[Flowable] = []
    if person.summary:
        main += [text(said.summary, _head()), text(person.summary, style(9))]
    main.append(text(said.experience, _head()))
    for role in person.roles:
        main.append(text(said.dates(role), style(8, colour=TEAL, before=6, after=0)))
        main.append(text(role.title, style(10, BOLD, after=0)))
        main.append(text(f"{role.employer} · {role.place}", style(8.5)))
        main += bullets(role, style(9, indent=12))
    main.append(text(said.education, _head()))
    for degree in person.degrees:
        main += [
            text(degree.written, style(9, BOLD, after=0)),
            text(f"{degree.school}, {degree.year}", style(8.5)),
        ]
    aside: list[Flowable] = [text(said.skills, _head())]
    for index, skill in enumerate(person.listed):
        aside += [text(skill, style(8.5, after=0)), Bar(1 - index % 4 / 6)]
    aside.append(text("Languages", _head()))
    aside += [text(f"{name} ({level})", style(8.5)) for name, level in person.languages]
    columns = [
        frame(40, 36, WIDTH - RIGHT - 64, HEIGHT - HEAD - 50),
        frame(WIDTH - RIGHT, 36, RIGHT - 30, HEIGHT - HEAD - 50),
    ]
    later = [frame(40, 36, WIDTH - 80, HEIGHT - 76)]
    # The right column is full before the left one may need a second page.
    return built([*aside, FrameBreak(), *main], columns[::-1], later, _banner(person))


def _head():
    return style(11.5, BOLD, colour=TEAL, before=8, after=3)


def _banner(person: Person):
    def draw(canvas: Canvas, document: BaseDocTemplate) -> None:
        top = HEIGHT - HEAD
        canvas.setFillColor(TEAL)
        canvas.rect(0, top, WIDTH, HEAD, stroke=0, fill=1)
        _portrait(canvas, 84, top + HEAD / 2)
        canvas.setFillColor(white)
        canvas.setFont(BOLD, 22)
        canvas.drawString(152, top + 84, str(person.name))
        canvas.setFont(SANS, 11)
        canvas.drawString(152, top + 64, person.headline)
        canvas.setFont(SANS, 9)
        contacts = (
            (152, 40, "\x29", person.email),
            (152, 22, "\x25", person.phone_written),
            (400, 22, "\x28", person.place),
        )
        for x, y, icon, words in contacts:
            canvas.setFont("ZapfDingbats", 10)
            canvas.drawString(x, top + y, icon)
            canvas.setFont(SANS, 9)
            canvas.drawString(x + 16, top + y, words)

    return draw


def _portrait(canvas: Canvas, x: float, y: float) -> None:
    canvas.setFillColor(PALE)
    canvas.circle(x, y, 46, stroke=0, fill=1)
    canvas.setFillColor(SKIN)
    canvas.circle(x, y + 8, 18, stroke=0, fill=1)
    canvas.ellipse(x - 28, y - 40, x + 28, y - 8, stroke=0, fill=1)
