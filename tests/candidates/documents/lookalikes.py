"""Honest résumés that look like tampered ones: all of `SECRET` can be seen on them, and none may be flagged."""

from pypdf import PdfWriter
from pypdf.annotations import Highlight
from pypdf.generic import ArrayObject, FloatObject
from reportlab.pdfgen.canvas import Canvas

from tests.candidates.documents import scans
from tests.candidates.documents.tampered import (
    RESUME,
    SECRET,
    ZERO,
    Case,
    document,
    edited,
    in_alpha,
    in_mode,
    on_banner,
    resume,
    say,
    sized,
    spelled,
    with_secret,
)


def captions(canvas: Canvas) -> None:
    for number, (level, size) in enumerate([(0.6, 9), (0.7, 8), (0.75, 10), (0.5, 6)]):
        canvas.setFillGray(level)
        canvas.setFont("Helvetica", size)
        say(canvas, 72, 320 - 20 * number)


def watermark(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.translate(120, 420)
    canvas.rotate(45)
    canvas.setFillGray(0.92)
    canvas.setFont("Helvetica-Bold", 80)
    canvas.drawString(0, 0, "CONFIDENTIAL")
    canvas.restoreState()
    resume(canvas)
    say(canvas)


def watermark_upon(canvas: Canvas) -> None:
    say(canvas)
    canvas.setFont("Helvetica-Bold", 60)
    canvas.setFillAlpha(0.15)
    canvas.drawString(60, 290, "DRAFT")


def twice_for_bold(canvas: Canvas) -> None:
    say(canvas)
    say(canvas, 72.4, 300)


def with_a_halo(canvas: Canvas) -> None:
    """A white shadow, which keeps letters apart from what is behind them."""
    canvas.setFillGray(1)
    for across, along in ((-2, 0), (2, 0), (0, 2), (0, -2)):
        say(canvas, 72 + across, 300 + along)
    canvas.setFillGray(0)
    say(canvas)


def gradient(canvas: Canvas) -> None:
    text = canvas.beginText(72, 300)
    text.setFont("Helvetica-Bold", 26)
    text.setTextRenderMode(7)
    text.textOut(SECRET)
    canvas.saveState()
    canvas.drawText(text)
    canvas.linearGradient(72, 300, 500, 300, [(0.1, 0.2, 0.8), (0.8, 0.1, 0.3)])
    canvas.restoreState()


def in_a_form(canvas: Canvas) -> None:
    canvas.beginForm("stamp")
    say(canvas)
    canvas.endForm()
    canvas.doForm("stamp")


def side_by_side(canvas: Canvas) -> None:
    canvas.translate(540, 300)
    canvas.rotate(90)
    say(canvas, 0, 0)


def upon_a_picture(canvas: Canvas) -> None:
    canvas.drawInlineImage(scans.photo(level=60), 60, 250, 400, 100)
    canvas.setFillGray(1)
    say(canvas)


def marked() -> bytes:
    def mark(writer: PdfWriter) -> None:
        points = ArrayObject([FloatObject(v) for v in (70, 312, 300, 312, 70, 296, 300, 296)])
        writer.add_annotation(0, Highlight(rect=(70, 296, 300, 312), quad_points=points, printing=True))

    return edited(with_secret(say)(), mark)


def spaced(canvas: Canvas) -> None:
    text = canvas.beginText(72, 300)
    text.setCharSpace(1.5)
    text.textOut(SECRET)
    canvas.drawText(text)


# fmt: off
HONEST = [
    Case(name="nothing special", data=with_secret(say)),
    Case(name="white on a dark banner", data=with_secret(on_banner((0.1, 0.1, 0.25), (1, 1, 1)))),
    Case(name="yellow on blue", data=with_secret(on_banner((0, 0.1, 0.5), (1, 0.9, 0.2)))),
    Case(name="grey on a pale banner", data=with_secret(on_banner((0.93, 0.95, 1), (0.45, 0.45, 0.5)))),
    Case(name="grey captions", data=with_secret(captions)),
    Case(name="small print of 4 points", data=with_secret(sized(4))),
    Case(name="half opaque", data=with_secret(in_alpha(0.5))),
    Case(name="on a watermark", data=lambda: document(watermark)),
    Case(name="under a transparent stamp", data=with_secret(watermark_upon)),
    Case(name="drawn twice to look bold", data=with_secret(twice_for_bold)),
    Case(name="with a white halo", data=with_secret(with_a_halo)),
    Case(name="cut out of a gradient", data=with_secret(gradient)),
    Case(name="on end", data=with_secret(side_by_side)),
    Case(name="in a form", data=with_secret(in_a_form)),
    Case(name="outlined", data=with_secret(in_mode(1))),
    Case(name="white upon a photo", data=with_secret(upon_a_picture)),
    Case(name="marked with a highlighter", data=marked),
    Case(name="letters far apart", data=with_secret(spaced)),
    Case(name="on a turned page", data=lambda: edited(with_secret(say)(), lambda writer: writer.pages[0].rotate(270))),
    Case(name="searchable scan", data=lambda: scans.searchable([*RESUME, SECRET])),
    Case(name="searchable scan, words beneath it", data=lambda: scans.searchable([*RESUME, SECRET], beneath=True)),
    Case(name="searchable scan, grey and full of specks", data=lambda: scans.searchable([*RESUME, SECRET], noise=18, paper=225)),
    Case(name="searchable scan, askew", data=lambda: scans.searchable([*RESUME, SECRET], turn=1.2)),
    Case(name="searchable scan with a stray word", data=lambda: scans.searchable([*RESUME, SECRET], extra="lil ill")),
    Case(name="searchable scan of one line", data=lambda: scans.searchable([SECRET])),
    Case(name="searchable scan, white on dark", data=lambda: scans.searchable([*RESUME, SECRET], paper=30, ink=240)),
    Case(name="a few characters without width", data=spelled(b"Kub\x80ernetes arch\x80itect from Stan\x81ford", *ZERO)),
]
# fmt: on
