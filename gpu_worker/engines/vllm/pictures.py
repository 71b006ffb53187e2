"""Page images as vLLM takes them."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def opened(pages: Iterable[bytes]) -> "list[Image]":
    """The pictures in `pages`, WebP as preparing kept them, in full."""
    from PIL import Image

    return [Image.open(io.BytesIO(page)).convert("RGB") for page in pages]
