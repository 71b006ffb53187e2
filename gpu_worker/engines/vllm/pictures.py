"""Page images in the form that vLLM takes."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "WEBP")


def opened(pages: Iterable[bytes]) -> "list[Image]":
    """Decode the images in `pages`, JPEG or WebP as they are stored."""
    from PIL import Image

    return [Image.open(io.BytesIO(page), formats=FORMATS).convert("RGB") for page in pages]
