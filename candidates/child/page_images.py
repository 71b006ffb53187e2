"""Page images as they are kept: baseline JPEG, which takes a tenth of the time that WebP takes.

At most 2480 pixels on the long side (A3 at 150 dpi, A4 at 212): 6 megapixels, which people can read and
models can take. Nothing of the original goes along: no EXIF, no colour profile.
"""

import io
import time
from typing import IO, Any

from PIL import Image, JpegImagePlugin  # noqa: F401  # registers itself

DPI = 150
LONG_SIDE_PX = 2480
QUALITY = 80
SUBSAMPLING = "4:2:0"  # of colours; letters are sharp by their brightness
IMAGE_BYTES = 3 * 2**20  # a page of text has 150 KB; what has more is scaled down
DOCUMENT_BYTES = 64 * 2**20
RENDER_S = 20  # processor time after which pages go without an image: the text is worth more

Image.preinit()  # saving would, and then no file can be opened any more


class Images:
    """Writes the images of a document to `out`, one behind the other, while there is room and time."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._left = out, DOCUMENT_BYTES

    @property
    def wanted(self) -> bool:
        """Whether another one will be kept; making one that is not would be lost time."""
        return self._left >= IMAGE_BYTES and time.process_time() < RENDER_S

    def add(self, picture: Image.Image) -> dict[str, Any]:
        """Write `picture`, which is RGB or RGBX, and return what the answer says of it."""
        content, picture = _encoded(picture)
        self._out.write(content)
        self._left -= len(content)
        width_px, height_px = picture.size
        return {"width_px": width_px, "height_px": height_px, "size_bytes": len(content)}


def _encoded(picture: Image.Image) -> tuple[bytes, Image.Image]:
    while True:
        out = io.BytesIO()
        # Without a word Pillow would write the comment again that an uploaded JPEG had.
        picture.save(out, "JPEG", quality=QUALITY, subsampling=SUBSAMPLING, comment=b"")
        if out.tell() <= IMAGE_BYTES:
            return out.getvalue(), picture
        picture = picture.reduce(2)
