"""The size of a JPEG without a decoder, for plain JPEGs such as page images only.

A JPEG is a row of segments (ITU T.81, annex B): 0xFF, a kind, then mostly a length and as many bytes.
Decoders differ on odd ones: two frames, a height that comes after the picture, further pictures. So anything
that a page image does not need is refused, and all decoders find the same size.
"""

import struct

START, END = b"\xff\xd8", b"\xff\xd9"
JFIF, QUANTISATION, HUFFMAN, FRAME, SCAN = 0xE0, 0xDB, 0xC4, 0xC0, 0xDA
MOST_SEGMENTS = 12  # libjpeg writes 9: one of JFIF, two of quantisation, the frame, four of Huffman, the scan
# Eight bits, height, width, then three components: number, sampling (brightness twice as fine), table.
FRAME_BODY = struct.Struct(">BHHB9s")
COMPONENTS = bytes([1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1])
SCAN_BODY = bytes([3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0])  # all three, in one go
JFIF_BODY = struct.Struct(">5sHBHHBB")


class NotPlain(ValueError):
    """It is not a JPEG, or not a plain one."""


def size(content: bytes) -> tuple[int, int]:
    """Return width and height in pixels. Raises NotPlain."""
    if not content.startswith(START):
        raise NotPlain("it does not start like one")
    found: tuple[int, int] | None = None
    place = len(START)
    for number in range(MOST_SEGMENTS):
        kind, body, place = _segment(content, place)
        if (kind == JFIF) != (number == 0):
            raise NotPlain("its JFIF segment is missing or misplaced")
        match kind:
            case _ if kind == JFIF:
                _check_jfif(body)
            case _ if kind == FRAME and found is None:
                found = _frame(body)
            case _ if kind == SCAN and found is not None:
                _check_scan(body, content, place)
                return found
            case _ if kind not in (QUANTISATION, HUFFMAN):
                raise NotPlain("a segment does not belong there")
    raise NotPlain("it has too many segments")


def _segment(content: bytes, start: int) -> tuple[int, bytes, int]:
    """Return kind and body of the segment at `start`, and the start of the next."""
    if len(content) < start + 4:
        raise NotPlain("it is cut off")
    mark, kind, length = struct.unpack_from(">BBH", content, start)
    end = start + 2 + length
    if mark != 0xFF or length < 2 or end > len(content):
        raise NotPlain("a segment is misplaced")
    return kind, content[start + 4 : end], end


def _check_jfif(body: bytes) -> None:
    """Refuse a JFIF segment with a thumbnail."""
    if len(body) != JFIF_BODY.size or not body.startswith(b"JFIF\x00") or body[-2:] != b"\x00\x00":
        raise NotPlain("its JFIF segment is not plain")


def _frame(body: bytes) -> tuple[int, int]:
    if len(body) != FRAME_BODY.size:
        raise NotPlain("its frame has a wrong length")
    bits, height, width, count, components = FRAME_BODY.unpack(body)
    if (bits, count, components) != (8, 3, COMPONENTS) or not width or not height:
        raise NotPlain("its frame is of another kind")
    return width, height


def _check_scan(body: bytes, content: bytes, start: int) -> None:
    """Check that the image data from `start` is all that follows: a 0xFF without a 0 would be a segment."""
    if body != SCAN_BODY:
        raise NotPlain("its scan is of another kind")
    if not content.endswith(END, start):
        raise NotPlain("its end is missing")
    if content.count(b"\xff", start) != content.count(b"\xff\x00", start) + 1:
        raise NotPlain("it has data after or within its picture")
