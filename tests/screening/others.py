"""Documents that are no résumés, though they speak of the same things."""

import io
from dataclasses import dataclass
from random import Random

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.screening.layouts.sheet import HEIGHT, WIDTH, built, frame, style, text

INVALID, A_PERSON_LOOKS = frozenset(["Invalid"]), frozenset(["Invalid", "Needs Review"])


@dataclass(frozen=True, kw_only=True)
class Other:
    """`allowed` are the outcomes that do no harm."""

    name: str
    content: bytes
    allowed: frozenset[str]


INVOICE = """Invoice
Thistledown Software, Velm
Invoice number 2031-{number}
Bill to: Harbourlight Freight, Port Brannock
Qty  Description  Unit price  Total
12  Days of Python and Django development  640.00  7,680.00
3  Days of PostgreSQL tuning  700.00  2,100.00
1  Docker workshop, REST APIs  900.00  900.00
Subtotal 10,680.00
VAT 20 % 2,136.00
Amount due 12,816.00
Payment terms: 30 days. IBAN XX00 0000 0000 0000 0000 0{number}"""
LETTER = """Dear hiring team,
I am writing to apply for the position that you advertised in the Altmere Courier on day {number}.
For years I have read about SQL, Excel and patient care with great interest, and I would enjoy a conversation.
My résumé follows by post.
Yours faithfully,
Dexter Pennyworthing"""
MENU = """Café Halfmoon
Soup of the day 5.{number}
Sourdough with olive oil 4.20
Lentil salad with roasted carrots 9.80
Apple cake 4.50
Open every day but Tuesday"""


def others() -> list[Other]:
    made = [
        Other(name=f"{kind} {number}", content=_written(words.format(number=10 + 7 * number)), allowed=allowed)
        for kind, words, allowed in (
            ("invoice", INVOICE, INVALID), ("letter", LETTER, INVALID), ("menu", MENU, A_PERSON_LOOKS),
        )
        for number in range(3)
    ]  # fmt: skip
    return [
        *made,
        *(Other(name=f"scan {number}", content=_scan(number), allowed=A_PERSON_LOOKS) for number in range(3)),
    ]


def _written(words: str) -> bytes:
    first, *rest = words.splitlines()
    lines = [text(first, style(14, after=10)), *(text(line, style(10)) for line in rest)]
    return built(lines, [frame(70, 70, WIDTH - 140, HEIGHT - 140)])


def _scan(number: int) -> bytes:
    """A sheet from a scanner, with dust and nothing else on it."""
    random, sheet = Random(number), Image.new("L", (620, 877), 246)
    for _ in range(400):
        sheet.putpixel((random.randrange(620), random.randrange(877)), random.randrange(180, 240))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.drawImage(ImageReader(sheet), 0, 0, WIDTH, HEIGHT)
    canvas.showPage()
    canvas.save()
    return out.getvalue()
