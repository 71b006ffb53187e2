"""Page images with parts painted over, for people who must not know whose page it is."""

import io
import json
from typing import IO, Any

from PIL import Image, ImageDraw, JpegImagePlugin, WebPImagePlugin  # noqa: F401  # register themselves

from candidates.child import limits
from candidates.child.page_images import Images
from candidates.child.refused import Refused

FORMATS = ("JPEG", "WEBP")  # WebP is the format of old page images
PAINT = (108, 104, 96)


def examine(file: IO[bytes], images: Images) -> dict[str, Any]:
    """Return the reply for `file`. Raises Refused.

    The file is a line of JSON, [[x0, y0, x1, y1], …] in pixels, and then the image.
    """
    boxes = json.loads(file.readline())
    data = file.read()
    limits.no_more_files()
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS).convert("RGB")
    except Exception as error:  # Pillow raises anything for damaged files
        raise Refused("damaged") from error
    brush = ImageDraw.Draw(picture)
    for box in boxes:
        brush.rectangle(tuple(box), fill=PAINT)
    page = {"width_pt": 0, "height_pt": 0, "text": "", "image": images.add(picture)}
    return {"page_count": 1, "pages": [page]}
