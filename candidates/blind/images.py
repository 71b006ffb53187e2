"""Page images with the person painted over, made once and kept."""

import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from candidates.blind import veil
from candidates.blind.identity import Identity
from candidates.child.pdf.words import Box
from candidates.documents import extraction, store
from candidates.documents.refusals import DocumentRefused
from candidates.documents.sandbox import SandboxFailed
from candidates.models import Application, Evaluation, WordBoxes

PAINTERS = threading.BoundedSemaphore(2)  # sandboxes at once, which leaves CPU for the models
WALL_S = 20.0
SCAN = 0.5  # of a page: a larger picture counts as a scan of the page


class Withheld(Exception):
    """The page cannot be shown without showing who it is; the text says why."""


def key(application: Application, number: int) -> str:
    """Return the storage key of page `number` with the person painted over; paint it if it is missing.

    Raises Withheld, and FileNotFoundError if the page has no image.
    """
    pages = application.resume.pages
    image = pages[number - 1].get("image") if 0 < number <= len(pages) else None
    if image is None:
        raise FileNotFoundError(f"page {number}")
    boxes = _pixels(application, number)
    made_of = json.dumps([image["sha256"], boxes]).encode()
    place = store.blind_key(application.resume.storage_key, number, hashlib.sha256(made_of).hexdigest())
    if not store.is_kept(place):
        store.keep_painted(place, _painted(image["key"], boxes))
    return place


def why_withheld(application: Application, words: WordBoxes | None, number: int) -> str:
    """Return why the page cannot be shown with the person painted over, "" if it can."""
    try:
        _boxes(application, words, _identity(application), number)
    except Withheld as withheld:
        return str(withheld)
    return ""


def _pixels(application: Application, number: int) -> list[list[int]]:
    """Return the boxes to paint over, in pixels of the image."""
    page = application.resume.pages[number - 1]
    words = WordBoxes.objects.filter(resume=application.resume_id).first()
    across = page["image"]["width_px"] / (page["width_pt"] or 1)
    down = page["image"]["height_px"] / (page["height_pt"] or 1)
    return [
        [int(x0 * across), int(y0 * down), int(x1 * across) + 1, int(y1 * down) + 1]
        for x0, y0, x1, y1 in _boxes(application, words, _identity(application), number)
    ]


def _identity(application: Application) -> Identity:
    said = Evaluation.objects.filter(application=application.pk).only("name", "email", "phone")
    candidate = application.candidate
    return veil.identity_of(candidate, list(said))


def _boxes(
    application: Application, words: WordBoxes | None, identity: Identity, number: int
) -> Sequence[Box]:
    """Return what to paint over, in points. Raises Withheld."""
    page = application.resume.pages[number - 1]
    if words is None or not page.get("width_pt") or not any(words.pages):
        raise Withheld("The positions of words on this page are not known, so nothing can be painted over.")
    pictures = page.get("pictures")
    if pictures is None:
        raise Withheld(
            "This document was opened by a version that did not look for pictures; it may show a photograph."
        )
    area = page["width_pt"] * page["height_pt"]
    if any(Box(*picture).area > SCAN * area for picture in pictures):
        raise Withheld("A picture covers this page.")
    if not identity.names:
        raise Withheld("The name to paint over is not known yet.")
    if not identity.is_found_on(words.pages):
        raise Withheld(
            "The name or the e-mail address was not found on the page, so it cannot be painted over."
        )
    on_page = words.pages[number - 1] if number <= len(words.pages) else []
    found = identity.boxes(on_page, page["height_pt"], is_first=number == 1)
    return [*found, *(Box(*picture) for picture in pictures)]


def _painted(image_key: str, boxes: Sequence[Sequence[int]]) -> bytes:
    with PAINTERS, tempfile.NamedTemporaryFile() as file:
        file.write(json.dumps(boxes).encode() + b"\n" + store.images({1: image_key})[1])
        file.flush()
        try:
            return extraction.painted(Path(file.name), wall_s=WALL_S).content
        except (DocumentRefused, SandboxFailed) as failed:
            raise Withheld("The image could not be painted over.") from failed
