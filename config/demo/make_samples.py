"""Makes the sample PDFs of this folder anew from people.yaml, byte for byte the same each time.

    python config/demo/make_samples.py [FOLDER]

Four layouts that résumés come in (one of them in two columns), and an invoice, which is no résumé.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    FrameBreak,
    HRFlowable,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

Person = Mapping[str, Any]
Story = list[Flowable]

HERE = Path(__file__).parent
WIDTH, HEIGHT = LETTER
MARGIN = 50.0
INK, GREY, PALE = HexColor("#222222"), HexColor("#666666"), HexColor("#dddddd")


class Type:
    """The text styles of one résumé, in one family of fonts and one colour."""

    def __init__(self, family: str, accent: Color, size: float = 10.6) -> None:
        bold = {"Times-Roman": "Times-Bold"}.get(family, f"{family}-Bold")
        slanted = {"Times-Roman": "Times-Italic"}.get(family, f"{family}-Oblique")
        self.accent = accent
        self.body = ParagraphStyle("body", fontName=family, fontSize=size, leading=size * 1.48, textColor=INK)
        self.bold = ParagraphStyle("bold", self.body, fontName=bold)
        self.quiet = ParagraphStyle("quiet", self.body, fontName=slanted, textColor=GREY)
        self.dates = ParagraphStyle("dates", self.body, textColor=GREY, alignment=TA_RIGHT)
        self.point = ParagraphStyle("point", self.body, leftIndent=11, bulletIndent=2, spaceBefore=3)
        self.head = ParagraphStyle("head", self.bold, fontSize=size + 2, leading=17, textColor=accent)
        self.name = ParagraphStyle("name", self.bold, fontSize=24, leading=29, textColor=accent)
        self.title = ParagraphStyle("title", self.body, fontSize=12, leading=16, textColor=GREY)


def heading(text: str, type_: Type, *, rule: Color | None = PALE) -> Story:
    line = [HRFlowable(width="100%", thickness=0.7, color=rule, spaceBefore=1, spaceAfter=4)] if rule else []
    return [CondPageBreak(80), Spacer(1, 14), Paragraph(text, type_.head), *line]


def points(entry: Mapping[str, Any], type_: Type) -> Story:
    return [Paragraph(point, type_.point, bulletText="•") for point in entry.get("points", [])]


def beside(left: Any, right: Any, widths: tuple[float, float]) -> Table:
    """Two cells on one line, without padding."""
    flush = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ]
    return Table([[left, right]], colWidths=widths, style=flush)


def entries(items: list[Mapping[str, Any]], type_: Type, width: float) -> Iterator[Flowable]:
    """Role left and dates right, the place below, then the points."""
    for item in items:
        first = beside(
            Paragraph(item["role"], type_.bold), Paragraph(item["dates"], type_.dates), (width - 120, 120)
        )
        yield KeepTogether([Spacer(1, 8), first, Paragraph(item["place"], type_.quiet), *points(item, type_)])


def skill_lines(person: Person, type_: Type) -> Story:
    return [
        Paragraph(f'<font name="{type_.bold.fontName}">{name}:</font> {what}', type_.body)
        for name, what in person["skills"].items()
    ]


def more(person: Person, type_: Type) -> Iterator[Flowable]:
    for name, lines in person.get("more", {}).items():
        yield from heading(name, type_)
        yield from (Paragraph(line, type_.body) for line in lines)


def contact(person: Person) -> list[str]:
    """Place, e-mail address and telephone number."""
    *place, address, phone = person["contact"]
    return [", ".join(place), address, phone]


def one_column(person: Person, type_: Type, width: float) -> Story:
    return [
        *heading("Summary", type_),
        Paragraph(person["summary"], type_.body),
        *heading("Experience", type_),
        *entries(person["work"], type_, width),
        *heading("Education", type_),
        *entries(person["education"], type_, width),
        *heading("Skills", type_),
        *skill_lines(person, type_),
        *more(person, type_),
    ]


def classic(person: Person, path: Path) -> None:
    """Centred and in serifs."""
    type_ = Type("Times-Roman", HexColor(person["accent"]), 11.6)
    for style in (type_.name, type_.title):
        style.alignment = TA_CENTER
    line = ParagraphStyle("contact", type_.body, alignment=TA_CENTER)
    frame = Frame(MARGIN, 40, WIDTH - 2 * MARGIN, HEIGHT - 80, 0, 0, 0, 0)
    story = [
        Paragraph(person["name"], type_.name),
        Paragraph(person["title"], type_.title),
        Spacer(1, 2),
        Paragraph(" &nbsp;·&nbsp; ".join(contact(person)), line),
        *one_column(person, type_, WIDTH - 2 * MARGIN),
    ]
    built(path, person["name"], [frame], story)


def banner(person: Person, path: Path) -> None:
    """The name in white on a band of colour."""
    type_ = Type("Helvetica", HexColor(person["accent"]), 10.8)
    name = ParagraphStyle("light name", type_.name, textColor=white)
    light = ParagraphStyle("light", type_.body, textColor=white, fontSize=11, leading=16)
    top = 112.0

    def band(canvas: Canvas, _: object) -> None:
        canvas.setFillColor(type_.accent)
        canvas.rect(0, HEIGHT - top, WIDTH, top, stroke=0, fill=1)

    width = WIDTH - 2 * MARGIN
    frames = [
        Frame(MARGIN, HEIGHT - top, width, top - 24, 0, 0, 0, 0),
        Frame(MARGIN, 40, width, HEIGHT - top - 52, 0, 0, 0, 0),
    ]
    story = [
        Paragraph(person["name"], name),
        Paragraph(person["title"], light),
        Spacer(1, 6),
        Paragraph(" &nbsp;|&nbsp; ".join(contact(person)), light),
        FrameBreak(),
        *one_column(person, type_, width),
    ]
    built(path, person["name"], frames, story, band)


def sidebar(person: Person, path: Path) -> None:
    """Two columns: contact and skills in a tinted one at the left, the rest at the right."""
    type_ = Type("Helvetica", HexColor(person["accent"]), 10.2)
    side, gap = 190.0, 22.0

    def tint(canvas: Canvas, _: object) -> None:
        canvas.setFillColor(HexColor("#eef1f0"))
        canvas.rect(0, 0, side, HEIGHT, stroke=0, fill=1)
        canvas.setFillColor(type_.accent)
        canvas.rect(0, 0, 6, HEIGHT, stroke=0, fill=1)

    width = WIDTH - side - gap - 40
    frames = [
        Frame(26, 40, side - 42, HEIGHT - 84, 0, 0, 0, 0),
        Frame(side + gap, 40, width, HEIGHT - 84, 0, 0, 0, 0),
    ]
    skills = [
        part
        for name, what in person["skills"].items()
        for part in (Paragraph(name, type_.bold), Paragraph(what, type_.body), Spacer(1, 8))
    ]
    left = [
        Paragraph(person["name"], type_.name),
        Paragraph(person["title"], type_.title),
        *heading("Contact", type_),
        *(Paragraph(line, type_.body) for line in contact(person)),
        *heading("Skills", type_),
        *skills,
        *more(person, type_),
    ]
    right = [
        *heading("Profile", type_)[2:],
        Paragraph(person["summary"], type_.body),
        *heading("Experience", type_),
        *entries(person["work"], type_, width),
        *heading("Education", type_),
        *entries(person["education"], type_, width),
    ]
    built(path, person["name"], frames, [*left, FrameBreak(), *right], tint)


def ledger(person: Person, path: Path) -> None:
    """Dates in a narrow column at the left, what happened then at the right."""
    type_ = Type("Helvetica", HexColor(person["accent"]), 10.8)
    dates, width = 92.0, WIDTH - 2 * MARGIN

    def dated(items: list[Mapping[str, Any]]) -> Iterator[Flowable]:
        for item in items:
            what = [Paragraph(f"{item['role']}, {item['place']}", type_.bold), *points(item, type_)]
            yield beside(Paragraph(item["dates"], type_.quiet), what, (dates, width - dates))
            yield Spacer(1, 12)

    story = [
        beside(
            [Paragraph(person["name"], type_.name), Paragraph(person["title"], type_.title)],
            [Paragraph(line, type_.dates) for line in contact(person)],
            (width - 190, 190),
        ),
        *heading("About me", type_, rule=type_.accent),
        Paragraph(person["summary"], type_.body),
        *heading("Professional experience", type_, rule=type_.accent),
        *dated(person["work"]),
        *heading("Education", type_, rule=type_.accent),
        *dated(person["education"]),
        *heading("Skills", type_, rule=type_.accent),
        *skill_lines(person, type_),
        *more(person, type_),
    ]
    built(path, person["name"], [Frame(MARGIN, 44, width, HEIGHT - 92, 0, 0, 0, 0)], story)


def invoice(path: Path) -> None:
    """What somebody sends by mistake."""
    type_ = Type("Helvetica", HexColor("#333333"))
    rows = [
        ["Description", "Quantity", "Unit price", "Amount"],
        ["Toner cartridge, black", "4", "$62.50", "$250.00"],
        ["Copier paper, case of ten reams", "6", "$41.90", "$251.40"],
        ["Delivery, second floor", "1", "$35.00", "$35.00"],
        ["", "", "Subtotal", "$536.40"],
        ["", "", "Sales tax 8.25 %", "$44.25"],
        ["", "", "Total due", "$580.65"],
    ]
    look = [
        ("FONT", (0, 0), (-1, -1), "Helvetica", 9.6),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 9.6),
        ("FONT", (2, -1), (-1, -1), "Helvetica-Bold", 11),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor("#eeeeee")),
        ("LINEBELOW", (0, 0), (-1, 3), 0.5, PALE),
        ("LINEABOVE", (2, -1), (-1, -1), 1, INK),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("TOPPADDING", (0, 0), (-1, -1), 6),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
    story = [
        Paragraph("INVOICE", type_.name),
        Paragraph("Brackenfield Office Supply", type_.title),
        Spacer(1, 18),
        Paragraph("Invoice number: 4471", type_.body),
        Paragraph("Invoice date: October 3, 2025", type_.body),
        Paragraph("Payment due: November 2, 2025", type_.body),
        Spacer(1, 12),
        Paragraph("Bill to: Larkspur Freight, Accounts Payable, 18 Harbor Row, Portland, Oregon", type_.body),
        Spacer(1, 18),
        Table(rows, colWidths=[262, 70, 100, 80], style=look),
        Spacer(1, 24),
        Paragraph("Please pay by bank transfer within 30 days and quote the invoice number.", type_.body),
        Paragraph("Questions: billing@example.org, +1 503 555 0100", type_.body),
    ]
    built(path, "Invoice 4471", [Frame(MARGIN, 44, WIDTH - 2 * MARGIN, HEIGHT - 100, 0, 0, 0, 0)], story)


def built(
    path: Path,
    title: str,
    frames: list[Frame],
    story: Story,
    behind: Callable[[Canvas, object], None] = lambda _canvas, _document: None,
) -> None:
    document = BaseDocTemplate(
        str(path),
        pagesize=LETTER,
        title=title,
        author="Wheat From Chaff samples",
        invariant=1,
        pageCompression=0,  # not every zlib makes the same bytes of the same page
    )
    document.addPageTemplates(PageTemplate(frames=frames, onPage=behind))
    document.build(story)


LAYOUTS = {"classic": classic, "banner": banner, "sidebar": sidebar, "ledger": ledger}


def main(folder: Path) -> None:
    for person in yaml.safe_load((HERE / "people.yaml").read_text()):
        LAYOUTS[person["layout"]](person, folder / f"{person['file']}.pdf")
    invoice(folder / "invoice-4471.pdf")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
