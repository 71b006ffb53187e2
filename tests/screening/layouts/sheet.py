"""What all layouts share: fonts, paragraphs, dates and headings as different people write them, and the PDF."""

import io
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from random import Random

from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

from tests.screening.facts import Month, Person, Role

WIDTH, HEIGHT = A4
SANS, BOLD = "Vera", "VeraBd"  # come with reportlab: the same letters everywhere
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
EXPERIENCE = ("Experience", "Work Experience", "Professional Experience", "Employment History")
EDUCATION = ("Education", "Education", "Academic Background")
SKILLS = ("Skills", "Key Skills", "Technical Skills")
SUMMARY = ("Profile", "Summary", "Professional Summary")

OnPage = Callable[[Canvas, BaseDocTemplate], None]


class Wording:
    """How one person words headings and dates. It hangs on the person's number, never on the name."""

    def __init__(self, person: Person, layout: str) -> None:
        random = Random(f"{person.number} {layout}")
        self.experience, self.education = random.choice(EXPERIENCE), random.choice(EDUCATION)
        self.skills, self.summary = random.choice(SKILLS), random.choice(SUMMARY)
        self._dates = random.choice([_short, _short, _figures, _years, _long, _since])

    def dates(self, role: Role) -> str:
        return self._dates(role)


def _short(role: Role) -> str:
    return f"{_month(role.start, 3)} – {'Present' if role.is_present else _month(role.end, 3)}"


def _long(role: Role) -> str:
    return f"{_month(role.start)} to {'present' if role.is_present else _month(role.end)}"


def _since(role: Role) -> str:
    return f"Since {_month(role.start)}" if role.is_present else f"{_month(role.start)} – {_month(role.end)}"


def _figures(role: Role) -> str:
    end = "today" if role.is_present else f"{role.end.month:02}/{role.end.year}"
    return f"{role.start.month:02}/{role.start.year} - {end}"


def _years(role: Role) -> str:
    return f"{role.start.year} – {'Present' if role.is_present else role.end.year}"


def _month(month: Month, letters: int | None = None) -> str:
    return f"{MONTHS[month.month - 1][:letters]} {month.year}"


@cache
def style(
    size: float = 10, font: str = SANS, *, colour: Color = black, leading: float = 1.35, after: float = 2,
    before: float = 0, align: int = 0, indent: float = 0,
) -> ParagraphStyle:  # fmt: skip
    fonts()
    return ParagraphStyle(
        f"{font} {size}", fontName=font, fontSize=size, leading=size * leading, textColor=colour, spaceAfter=after,
        spaceBefore=before, alignment=align, leftIndent=indent, bulletIndent=max(0, indent - 9),
    )  # fmt: skip


def text(words: str, of_style: ParagraphStyle, *, bullet: str | None = None) -> Paragraph:
    return Paragraph(escape(words, quote=False), of_style, bulletText=bullet)


def bullets(role: Role, of_style: ParagraphStyle) -> list[Flowable]:
    return [text(duty.text, of_style, bullet="•") for duty in role.duties]


@cache
def fonts() -> None:
    pdfmetrics.registerFont(TTFont(SANS, "Vera.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, "VeraBd.ttf"))


def built(
    story: Sequence[Flowable], first: Sequence[Frame], later: Sequence[Frame] | None = None,
    on_first: OnPage | None = None, on_later: OnPage | None = None,
) -> bytes:  # fmt: skip
    """The PDF; the same bytes whenever it is made. Pages after the first have the frames `later`."""
    fonts()
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=A4, invariant=1)
    following = later or first
    document.addPageTemplates(
        [
            PageTemplate("first", list(first), onPage=on_first or _nothing, autoNextPageTemplate="later"),
            PageTemplate("later", [_again(frame) for frame in following], onPage=on_later or _nothing),
        ]
    )
    document.build(list(story))
    return out.getvalue()


def _nothing(canvas: Canvas, document: BaseDocTemplate) -> None:
    """Pages without decoration."""


def _again(frame: Frame) -> Frame:
    return Frame(frame._x1, frame._y1, frame._width, frame._height, 0, 0, 0, 0)


def frame(x: float, y: float, width: float, height: float) -> Frame:
    """A column without padding; `y` is its lower edge."""
    return Frame(x, y, width, height, 0, 0, 0, 0)
