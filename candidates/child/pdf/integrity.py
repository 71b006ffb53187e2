"""Hidden words: words of a page's text layer that nobody can see on the page.

A word is visible if the page looks different without it. That one test catches every way of hiding words; the
reason is determined afterwards, for the person who reads it.
"""

import ctypes
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from candidates.child.pdf import pixels, text_layers
from candidates.child.pdf.pixels import Difference
from candidates.child.pdf.words import Box, Word, overlapping

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

LEVELS = 28  # of 255: less contrast is invisible
LARGE_LEVELS, LARGE_PT = 12, 24.0  # letters of this size are visible down to this contrast: pale watermarks
SEEN = 0.3  # of a word's width, and of its height, must be visible
PART = 1.2  # of the size: a longer invisible part of a word was hidden behind the rest
TINY_PT = 3.0
FAINT_ALPHA = 26  # of 255
MANY = 40  # characters without width; a copied web page brings a few
IN_A_ROW = 16  # of them are encoded bits, not formatting
CRAMMED, NARROWEST = (
    4,
    0.1,
)  # letters; share of the size that a letter is wide on average, less than in any font
LETTERS = 3  # fewer hidden ones mean nothing: a stray white full stop
TEXT_CHARS, BOXES = 2_000, 200


TAGS = 0xE0000  # the start of invisible copies of ASCII
TAG_RUN = re.compile(
    "(?<!\U0001f3f4)(?<![\U000e0020-\U000e007f])[\U000e0020-\U000e007e]+"
)  # except in flags of regions
WITHOUT_WIDTH = re.compile(
    "[\u200b\u2060-\u2064\ufeff\u180e\u2066-\u2069\u202a-\u202e\U000e0100-\U000e01ef]"
    "|(?<![^\x00-\u024f])[\u200c-\u200f]"
)
BITS = re.compile(f"[\u200b-\u200f\u2060-\u2064\ufeff\U000e0100-\U000e01ef]{{{IN_A_ROW},}}")
TURNED = re.compile("\u202e[^\u202c\n]*[A-Za-z]{3}")  # letters shown in reverse


class Reason(StrEnum):
    COLOUR = "colour"  # white on white, or nearly
    TINY = "tiny"
    OFF_PAGE = "off_page"
    COVERED = "covered"  # by something drawn later, or clipped, or in a layer that is switched off
    INVISIBLE = "invisible"  # drawn in PDF's invisible mode
    TRANSPARENT = "transparent"
    FALSE_LAYER = "false_layer"  # text behind a scan that differs from what the scan shows
    CHARACTERS = "characters"  # zero-width ones, or a whole sentence behind one letter


class Hidden(NamedTuple):
    """Words of one page that are hidden for one reason; `boxes` has one per line."""

    reason: Reason
    boxes: list[Box]
    text: str


class Examined(NamedTuple):
    """A page's words, split into visible ones, in file order, and hidden ones."""

    seen: list[Word]
    hidden: list[Hidden]


def examine(page: "PdfPage", text: "PdfTextPage", words: Sequence[Word]) -> Examined:
    """Split the page's `words` into visible and hidden ones."""
    if not words:
        return Examined([], [])
    return _Eye(page, text, words).examined()


class _Eye:
    def __init__(self, page: "PdfPage", text: "PdfTextPage", words: Sequence[Word]) -> None:
        from pypdfium2 import raw

        self._pdfium, self._page, self._text, self._words = raw, page, text.raw, words
        self._shown = pixels.grey(page)
        with pixels.without(pixels.texts(page)):
            self._bare = pixels.grey(page)
        self._text_alone = Difference(self._shown, self._bare)

    def examined(self) -> Examined:
        reasons = self._by_place_and_size()
        for index, word in enumerate(self._words):
            if index not in reasons and not self._seen(word, self._text_alone):
                reasons[index] = self._reason(word)
        reasons |= self._beneath_others([i for i in range(len(self._words)) if i not in reasons])
        reasons = self._without_honest_layer(reasons)
        seen = [word for index, word in enumerate(self._words) if index not in reasons]
        return Examined(seen, _grouped(self._words, reasons))

    def _by_place_and_size(self) -> dict[int, Reason]:
        paper = Box(0, 0, *self._page.get_size())
        reasons = {}
        for index, word in enumerate(self._words):
            if word.ink.common(paper) < word.ink.area / 2:
                reasons[index] = Reason.OFF_PAGE
            elif _is_tiny(word):
                reasons[index] = Reason.TINY
        crammed = {word.ink for word in self._words if _is_crammed(word)}
        return reasons | {
            index: Reason.CHARACTERS for index, word in enumerate(self._words) if word.ink in crammed
        }

    def _seen(self, word: Word, without_it: Difference) -> bool:
        levels = LARGE_LEVELS if word.size_pt >= LARGE_PT else LEVELS
        marks = without_it.marks(word.ink, levels)
        gap_pt = marks.longest_gap(on_end=word.turned) / self._shown.scale
        if marks.share() >= SEEN and gap_pt <= PART * word.size_pt:
            return True
        # Letters used as a clipping path leave their picture when they are removed.
        return self._mode(word) >= self._pdfium.FPDF_TEXTRENDERMODE_FILL_CLIP and text_layers.has_ink(
            self._shown, word
        )

    def _reason(self, word: Word) -> Reason:
        whole = self._reason_of(word)
        return self._reason_of(word._replace(first=word.last)) if whole is Reason.COVERED else whole

    def _reason_of(self, word: Word) -> Reason:
        """Return why the first letter of the word is invisible."""
        mode = self._mode(word)
        if mode in (self._pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, self._pdfium.FPDF_TEXTRENDERMODE_CLIP):
            return Reason.INVISIBLE
        level, alpha = self._colour(word, stroked=mode == self._pdfium.FPDF_TEXTRENDERMODE_STROKE)
        if alpha < FAINT_ALPHA:
            return Reason.TRANSPARENT
        behind = pixels.usual(self._bare, word.ink)
        return Reason.COLOUR if abs(level - behind) * alpha / 255 < LEVELS else Reason.COVERED

    def _object(self, word: Word) -> Any:
        return self._pdfium.FPDFText_GetTextObject(self._text, word.first)

    def _mode(self, word: Word) -> int:
        thing = self._object(word)
        return int(self._pdfium.FPDFTextObj_GetTextRenderMode(thing)) if thing else 0

    def _colour(self, word: Word, *, stroked: bool) -> tuple[float, int]:
        """Return the grey value and the opacity of a word, both 0 to 255."""
        ask = self._pdfium.FPDFText_GetStrokeColor if stroked else self._pdfium.FPDFText_GetFillColor
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not ask(self._text, word.first, red, green, blue, alpha):
            return 0.0, 255
        return 0.299 * red.value + 0.587 * green.value + 0.114 * blue.value, alpha.value

    def _beneath_others(self, indices: list[int]) -> dict[int, Reason]:
        """Find words that only seem visible because others are at the same place."""
        reasons: dict[int, Reason] = {}
        found = overlapping([self._words[index].ink for index in indices])
        pairs = [(indices[a], indices[b]) for a, b in found]
        for group in ({a for a, _ in pairs}, {b for _, b in pairs}):
            things = {
                ctypes.addressof(thing.contents): thing
                for i in group
                if (thing := self._object(self._words[i]))
            }
            if not things:
                continue
            with pixels.without(things.values()):
                without_them = Difference(self._shown, pixels.grey(self._page))
            for index in group - reasons.keys():
                if not self._seen(self._words[index], without_them):
                    reasons[index] = self._reason(self._words[index])
        return reasons

    def _without_honest_layer(self, reasons: dict[int, Reason]) -> dict[int, Reason]:
        """Accept the words of a searchable scan: they are invisible, but the picture shows the same."""
        could_be = (Reason.INVISIBLE, Reason.COVERED, Reason.TRANSPARENT)
        behind = [index for index, reason in reasons.items() if reason in could_be]
        if not behind:
            return reasons
        verdict = text_layers.judge([self._words[i] for i in behind], self._bare, len(self._words))
        if verdict is None:  # there is no picture that they could belong to
            return reasons
        others = {index: reason for index, reason in reasons.items() if reason not in could_be}
        return others | {behind[number]: Reason.FALSE_LAYER for number in verdict}


def smuggled(raw: str) -> Hidden | None:
    """Return what zero-width characters spell in a page's text; None if they are few and spell nothing.

    The words contain none of them, except the joiners that some scripts need.
    """
    if raw.isascii():
        return None
    spelled = "".join(chr(ord(tag) - TAGS) for run in TAG_RUN.findall(raw) for tag in run)
    stray = len(WITHOUT_WIDTH.findall(raw))
    if _letters(spelled) >= LETTERS or stray > MANY or BITS.search(raw) or TURNED.search(raw):
        return Hidden(Reason.CHARACTERS, [], spelled[:TEXT_CHARS])
    return None


def _is_tiny(word: Word) -> bool:
    """Whether it is too small to read; fonts may have large letters at a small size, or the reverse."""
    high = min(word.ink.x1 - word.ink.x0, word.ink.y1 - word.ink.y0)
    return high < TINY_PT and (
        word.size_pt < TINY_PT or (high < TINY_PT / 2 and _letters(word.text) >= LETTERS)
    )


def _is_crammed(word: Word) -> bool:
    """Whether it is too narrow for its text: a font may map one letter to a whole sentence."""
    long = max(word.ink.x1 - word.ink.x0, word.ink.y1 - word.ink.y0)
    return len(word.text) >= CRAMMED and long < NARROWEST * word.size_pt * len(word.text)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _grouped(words: Sequence[Word], reasons: Mapping[int, Reason]) -> list[Hidden]:
    found = []
    for reason in Reason:
        hidden = [word for index, word in enumerate(words) if reasons.get(index) is reason]
        text = " ".join(word.text for word in hidden)
        if _letters(text) >= LETTERS:
            found.append(Hidden(reason, _merged(hidden)[:BOXES], text[:TEXT_CHARS]))
    return found


def _merged(words: Sequence[Word]) -> list[Box]:
    """Return a box for each run of adjacent words."""
    boxes: list[Box] = []
    for word in words:
        if boxes and _is_beside(boxes[-1], word):
            boxes[-1] = boxes[-1].union(word.box)
        else:
            boxes.append(word.box)
    return boxes


def _is_beside(box: Box, word: Word) -> bool:
    """Whether `word` continues the line in `box`, horizontal or vertical."""
    across = max(word.x0 - box.x1, box.x0 - word.x1)
    along = max(word.y0 - box.y1, box.y0 - word.y1)
    between, aside = (along, word.x1 - box.x1) if word.turned else (across, word.y1 - box.y1)
    return between < 2 * word.size_pt and abs(aside) < word.size_pt / 2
