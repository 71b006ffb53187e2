"""Pages that are pictures, with and without a text layer, as scanners and recognisers make them."""

import io
import random
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
DOTS = 150 / 72  # pixels a point
SIZE = 12.0
LEADING = 26.0

Placed = tuple[str, float, float, float]  # a word, its left end, its baseline from the top, its width: points


def photo(level: int = 128) -> Image.Image:
    """A picture of nothing, with as much going on as in a photo."""
    chance = random.Random(7)
    rough = Image.new("L", (40, 14))
    rough.putdata([max(0, min(255, level + chance.randint(-level // 2, level // 2))) for _ in range(40 * 14)])
    return rough.resize((400, 140), Image.Resampling.BICUBIC).convert("RGB")


def scanned(
    lines: list[str], *, paper: int = 255, ink: int = 0, noise: int = 0, turn: float = 0
) -> tuple[Image.Image, list[Placed]]:
    """Return the picture of a page with these lines, and where their words are."""
    image = Image.new("L", (int(WIDTH * DOTS), int(HEIGHT * DOTS)), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(SIZE * DOTS)
    placed: list[Placed] = []
    for number, line in enumerate(lines):
        x, y = 72.0, 100 + LEADING * number
        for word in line.split():
            draw.text((x * DOTS, y * DOTS), word, fill=ink, font=font, anchor="ls")
            width = draw.textlength(word, font=font) / DOTS
            placed.append((word, x, y, width))
            x += width + SIZE * 0.3
    if noise:
        chance = random.Random(5)
        rough = [max(0, min(255, value + chance.randint(-noise, noise))) for value in image.tobytes()]
        image = Image.frombytes("L", image.size, bytes(rough))
        for _ in range(400):
            image.putpixel((chance.randrange(image.width), chance.randrange(image.height)), ink)
    if turn:
        image = image.rotate(turn, Image.Resampling.BICUBIC, fillcolor=paper, center=(0, 0))
        slope = turn * 3.14159 / 180
        placed = [(word, x + y * slope, y - x * slope, width) for word, x, y, width in placed]
    return image, placed


def page(image: Image.Image, words: list[Placed], *, beneath: bool = False) -> bytes:
    """A page of the picture and a text layer: each word stretched to the width it was recognised with."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    if not beneath:
        canvas.drawInlineImage(image, 0, 0, WIDTH, HEIGHT)
    for word, x, y, width in words:
        text = canvas.beginText(x, HEIGHT - y)
        text.setFont("Times-Roman", SIZE)
        text.setTextRenderMode(0 if beneath else 3)
        text.setHorizScale(100 * width / stringWidth(word, "Times-Roman", SIZE))
        text.textOut(word)
        canvas.drawText(text)
    if beneath:
        canvas.drawInlineImage(image, 0, 0, WIDTH, HEIGHT)
    canvas.save()
    return out.getvalue()


def searchable(
    lines: list[str],
    *,
    extra: str = "",
    beneath: bool = False,
    paper: int = 255,
    ink: int = 0,
    noise: int = 0,
    turn: float = 0,
) -> bytes:
    """An honest scan: what was recognised stands where it is, a little off. `extra` stands in its margin."""
    image, words = scanned(lines, paper=paper, ink=ink, noise=noise, turn=turn)
    chance = random.Random(3)
    off = [
        (word, x + chance.uniform(-0.7, 0.7), y + chance.uniform(-0.7, 0.7), width)
        for word, x, y, width in words
    ]
    return page(image, [*off, *_set(extra, 72, 700)], beneath=beneath)


LETTER = [
    "Dear Sir or Madam, I am looking for work in a warehouse",
    "and I can start in the first week of the coming month.",
    "For six years I have driven forklifts and counted stock,",
    "by day and by night, and nothing was ever missing.",
    "I would be glad to show you my papers when we meet.",
    "With kind regards from the harbour, yours, Mara Vell",
]


def false(text: str) -> bytes:
    """A scan whose text layer stands where the scan is empty."""
    image, _ = scanned(LETTER)
    words = text.split()
    lines = [" ".join(words[start : start + 8]) for start in range(0, len(words), 8)]
    return page(
        image, [word for number, line in enumerate(lines) for word in _set(line, 72, 420 + 30 * number)]
    )


def false_on_the_lines(text: str) -> bytes:
    """A scan whose text layer stands on its lines, and says something else."""
    image, _ = scanned(LETTER)
    return page(
        image,
        [
            word
            for number in range(len(LETTER))
            for word in _set(f"{text} and {text}", 72 + number, 100 + LEADING * number)
        ],
    )


def heap(text: str) -> bytes:
    """A scan with very many words on its first line."""
    image, _ = scanned(LETTER)
    words = text.split()
    return page(image, [(word, 72 + number * 2.5, 100, 40) for number, word in enumerate(words)])


def _set(line: str, x: float, y: float) -> Iterator[Placed]:
    for word in line.split():
        width = stringWidth(word, "Helvetica", SIZE)
        yield word, x, y, width
        x += width + SIZE * 0.3
