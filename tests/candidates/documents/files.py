"""Files to open, good and hostile: the functions above `assembled` each return the bytes of one."""

import io
import zlib

from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas


def written(*pages: str) -> bytes:
    """A sound PDF with a line of text on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for text in pages:
        canvas.drawString(72, 720, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def filled_form(value: str) -> bytes:
    """A form with one field, filled in."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.acroForm.textfield(name="name", value=value, x=72, y=700, width=300, height=30)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def locked(*, user: str, owner: str) -> bytes:
    """A PDF that only the `user` password opens; "" lets everybody read and nobody change it."""
    writer = PdfWriter(PdfReader(io.BytesIO(written("Mara Vell, mara@example.org"))))
    writer.encrypt(user, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_by_certificate() -> bytes:
    """A PDF behind a security handler that no reader has heard of."""
    return written("Mara Vell").replace(
        b"trailer\n<<", b"trailer\n<< /Encrypt << /Filter /Unheard.Of /V 9 >> ", 1
    )


def many_pages(
    count: int,
    content: bytes = b"BT /F 12 Tf 72 720 Td (One of many) Tj ET",
    media_box: bytes = b"0 0 612 792",
) -> bytes:
    """`count` sheets that share one content stream."""
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + count))
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</Font<</F 3 0 R>>>>>>" % media_box
    )
    return assembled(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
        _FONT,
        stream(content),
        *[page] * count,
    )


POSTER = b"0 0 2000 800"


def small_print(lines: int) -> bytes:
    """Content that sets `lines` lines of 900 characters, all of them within a poster."""
    return b"BT /F 4 Tf 5 TL 20 780 Td " + b"(%s) Tj T* " % (b"abcdefghi " * 90) * lines + b"ET"


def one_page(content: bytes, *, media_box: bytes = b"0 0 612 792", extra: bytes = b"") -> bytes:
    """A page that draws `content`, which is an object: a stream, or an array of streams."""
    return assembled(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
        _FONT,
        content,
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources"
        b"<</Font<</F 3 0 R>>/XObject<</X 6 0 R>>>>>>" % media_box,
        extra or b"null",
    )


def text_page(text: bytes, **options: bytes) -> bytes:
    """A page with `text` (PDF string syntax) near its upper left corner."""
    return one_page(stream(b"BT /F 12 Tf 72 720 Td (%s) Tj ET" % text), **options)


def mapped_page(text: bytes, meanings: dict[int, str]) -> bytes:
    """A page with `text`, whose font gives some codes other meanings when it is read."""
    special = b" ".join(
        b"<%02x> <%s>" % (code, meaning.encode("utf-16-be").hex().encode())
        for code, meaning in meanings.items()
    )
    to_unicode = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def "
        b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <20> <7e> <0020> endbfrange "
        b"%d beginbfchar %s endbfchar endcmap end end" % (len(meanings), special)
    )
    widths = b" ".join(b"500" if code < 128 else b"0" for code in range(256))
    return assembled(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
        _FONT[:-2] + b"/FirstChar 0/LastChar 255/Widths[%s]/ToUnicode 6 0 R>>" % widths,
        stream(b"BT /F 9 Tf 20 720 Td <%s> Tj ET" % text.hex().encode()),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 792]/Contents 4 0 R/Resources<</Font<</F 3 0 R>>>>>>",
        stream(to_unicode),
    )


def switched_off(seen: str, unseen: str) -> bytes:
    """A page of which one line stands in a layer that viewers do not show."""
    content = b"BT /F 12 Tf 72 720 Td (%s) Tj ET /OC /L BDC BT /F 12 Tf 72 300 Td (%s) Tj ET EMC" % (
        seen.encode(),
        unseen.encode(),
    )
    return assembled(
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]/Order[6 0 R]>>>>>>",
        b"<</Type/Pages/Count 1/Kids[5 0 R]>>",
        _FONT,
        stream(content),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources"
        b"<</Font<</F 3 0 R>>/Properties<</L 6 0 R>>>>>>",
        b"<</Type/OCG/Name(Notes)>>",
    )


def squeezed(filler: bytes, mebibytes: int) -> bytes:
    """A page whose content is a few kilobytes that inflate, twice, to `mebibytes` of `filler`."""
    squeezer = zlib.compressobj(9)
    chunk = filler * (2**20 // len(filler))
    # After a full flush the same chunk comes out as the same bytes, so that one may stand for all the others.
    first, other = (squeezer.compress(chunk) + squeezer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    once = first + other * (mebibytes - 1) + squeezer.flush()
    return one_page(stream(zlib.compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]"))


def drawing_itself(times: int) -> bytes:
    """A form that draws itself `times` times, each of which does the same."""
    form = stream(
        b"/X Do " * times, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    )
    return one_page(stream(b"/X Do"), extra=form)


def nested(depth: int) -> bytes:
    """A page whose content is an array in an array in an array."""
    return one_page(b"[" * depth + b"]" * depth)


def tree(pages: bytes) -> bytes:
    """A document whose page tree is the object `pages`, which is object 2."""
    return assembled(b"<</Type/Catalog/Pages 2 0 R>>", pages)


def assembled(*objects: bytes) -> bytes:
    """A PDF of `objects`, numbered from 1; the first is its catalog."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries, content)


_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
