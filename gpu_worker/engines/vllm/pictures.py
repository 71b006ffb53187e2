"""Page images as vLLM takes them."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "WEBP")


def opened(pages: Iterable[bytes]) -> "list[Image]":
    """The pictures in `pages`, JPEG or WebP as preparing kept them, in full."""
    from PIL import Image

    return [Image.open(io.BytesIO(page), formats=FORMATS).convert("RGB") for page in pages]
