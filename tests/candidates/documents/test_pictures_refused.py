"""A picture that cannot be opened ends in a sentence for the recruiter, and the worker lives on."""

import io
import struct
import zlib

import pytest
from PIL import Image

from candidates.documents import kinds
from candidates.documents.refusals import TooLarge, Unreadable

DAMAGED = "This picture is damaged and cannot be opened. Save it as a PDF and upload that."
TOO_MANY = "This picture has more than 100 megapixels. Save a smaller one and upload that."


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it has this size, whatever it holds."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))
        )

    header = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def saved(kind: str, **options) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 400), 50).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "media_type"), [("PNG", kinds.PNG), ("JPEG", kinds.JPEG), ("TIFF", kinds.TIFF)]
)
def test_half_a_picture_is_damaged(refused, kind, media_type):
    whole = saved(kind)
    refusal = refused(whole[: len(whole) // 2], media_type)
    assert (type(refusal), str(refusal)) == (Unreadable, DAMAGED)


@pytest.mark.parametrize("kind", kinds.PICTURES)
def test_noise_that_calls_itself_a_picture_is_damaged(refused, kind):
    assert str(refused(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, kind)) == DAMAGED


def test_a_picture_of_another_kind_is_not_opened_at_all(refused):
    assert str(refused(saved("BMP"), kinds.PNG)) == DAMAGED


def test_a_few_bytes_that_call_themselves_a_gigapixel_are_too_large(refused):
    refusal = refused(png(60_000, 60_000), kinds.PNG)
    assert (type(refusal), str(refusal)) == (TooLarge, TOO_MANY)


def test_a_bomb_within_the_limit_of_pixels_costs_no_more_than_its_pixels(opened):
    rows = zlib.compress(b"\x00" * 9901 * 9900, 9)
    assert len(rows) < 100_000
    assert opened(png(9900, 9900, rows), kinds.PNG).pages[0].image.width_px == 2480


def test_a_tiff_whose_pages_follow_each_other_in_a_circle_ends(opened):
    out = io.BytesIO()
    first, second = Image.new("L", (10, 10)), Image.new("L", (20, 20))
    first.save(out, "TIFF", save_all=True, append_images=[second])
    data = bytearray(out.getvalue())
    directory = struct.unpack_from("<L", data, 4)[0]
    entries = struct.unpack_from("<H", data, directory)[0]
    struct.pack_into("<L", data, directory + 2 + 12 * entries, directory)
    assert opened(bytes(data), kinds.TIFF).page_count == 1


def test_a_sound_picture_is_read_after_all_of_these(opened):
    assert opened(saved("PNG"), kinds.PNG).page_count == 1
