"""Page images: baseline JPEG, which takes a tenth of the time of WebP.

At most 2480 pixels on the long side (A3 at 150 dpi, A4 at 212): 6 megapixels, which people can read and
models can take. Nothing else is copied from the original: no EXIF, no colour profile.
"""

import io
import time
from typing import IO, Any

from PIL import Image, JpegImagePlugin  # noqa: F401  # registers itself

DPI = 150
LONG_SIDE_PX = 2480
QUALITY = 80
SUBSAMPLING = "4:2:0"  # of colours; brightness makes letters sharp
IMAGE_BYTES = 3 * 2**20  # a page of text has 150 KB; a larger image is scaled down
DOCUMENT_BYTES = 64 * 2**20
RENDER_S = 20  # of processor time; later pages get no image: the text matters more

Image.preinit()  # saving would do it, when no file can be opened any more


class Images:
    """A writer of a document's images to `out`, one after the other, while there is room and time."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._left = out, DOCUMENT_BYTES

    @property
    def wanted(self) -> bool:
        """Whether another image will be kept."""
        return self._left >= IMAGE_BYTES and time.process_time() < RENDER_S

    def add(self, picture: Image.Image) -> dict[str, Any]:
        """Write `picture`, which is RGB or RGBX, and return its part of the reply."""
        content, picture = _encoded(picture)
        self._out.write(content)
        self._left -= len(content)
        width_px, height_px = picture.size
        return {"width_px": width_px, "height_px": height_px, "size_bytes": len(content)}


def _encoded(picture: Image.Image) -> tuple[bytes, Image.Image]:
    while True:
        out = io.BytesIO()
        # By default, Pillow would copy the comment of an uploaded JPEG.
        picture.save(out, "JPEG", quality=QUALITY, subsampling=SUBSAMPLING, comment=b"")
        if out.tell() <= IMAGE_BYTES:
            return out.getvalue(), picture
        picture = picture.reduce(2)
