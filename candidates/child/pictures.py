"""PNG, JPEG and TIFF, by Pillow: each picture in the file is a page."""

import io
from typing import Any

from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin  # noqa: F401  # loaded now

from candidates.child import limits
from candidates.child.page_images import DPI, LONG_SIDE_PX, Images
from candidates.child.refused import Refused

FORMATS = ("PNG", "JPEG", "TIFF")
MOST_PIXELS = 100_000_000  # A4 scanned at 1000 dpi; Pillow needs 4 bytes for each
POINTS = 72
REDUCED = 1  # of a TIFF's subfile type: a small copy of another page
SUBFILE_TYPE = 254
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = [TURNS[orientation] for orientation in (5, 6, 7, 8)]


def examine(data: bytes, max_pages: int, images: Images) -> dict[str, Any]:
    """Return the reply for the picture file `data`. Raises Refused."""
    if not data:
        raise Refused("nothing")
    limits.no_more_files()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is unpacked
    try:
        return _examine(Image.open(io.BytesIO(data), formats=FORMATS), max_pages, images)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # Pillow raises anything for damaged files
        raise Refused("damaged") from error


def _examine(picture: Image.Image, max_pages: int, images: Images) -> dict[str, Any]:
    # Further pictures of a JPEG are previews and depth maps; those of a PNG are an animation.
    frames = range(getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1)
    pages: list[dict[str, Any]] = []
    count = 0
    for frame in frames:
        if frame:
            picture.seek(frame)
        if frame and getattr(picture, "tag_v2", {}).get(SUBFILE_TYPE, 0) & REDUCED:
            continue
        count += 1
        if len(pages) < max_pages:
            pages.append(_page(picture, images))
    return {"page_count": count, "pages": pages}


def _page(picture: Image.Image, images: Images) -> dict[str, Any]:
    """Return the page for the current frame of `picture`. It has no text layer."""
    if picture.width * picture.height > MOST_PIXELS:
        raise Refused("pixels")
    turn = TURNS.get(picture.getexif().get(ORIENTATION, 1))
    # As if shown at 150 dpi: the size stated in pictures is often wrong.
    width_pt, height_pt = (side * POINTS / DPI for side in picture.size)
    if turn in SIDEWAYS:
        width_pt, height_pt = height_pt, width_pt
    image = images.add(_plain(picture, turn)) if images.wanted else None
    return {"width_pt": width_pt, "height_pt": height_pt, "text": "", "image": image}


def _plain(picture: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """Return the picture upright, in RGB, on white where it is transparent, no larger than a page image."""
    if picture.format == "JPEG":
        picture.draft("RGB", (LONG_SIDE_PX, LONG_SIDE_PX))  # decode no more than needed
    plain = _on_white(picture)
    plain.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.LANCZOS)
    return plain if turn is None else plain.transpose(turn)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 or 32 bits of grey
        return picture.point(lambda grey: grey / 256).convert("L").convert("RGB")
    if "A" in picture.getbands() or "transparency" in picture.info:
        drawn = picture.convert("RGBA")
        white = Image.new("RGB", drawn.size, "white")
        white.paste(drawn, mask=drawn)
        return white
    return picture.convert("RGB")
