"""The pages of a document as the application's page shows them: images with marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from candidates.blind import veil
from candidates.blind.identity import Identity
from candidates.documents import evidence, flags
from candidates.models import Evaluation, Resume

Words = Sequence[evidence.Row]
Box = Sequence[float]  # x0, y0, x1, y1 in points from the top left corner of the page
MARGIN_PT = 1.5  # around a box, so that its border touches no letter


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Words to box on a page. `kind` is quote, hidden or spoken; `words` is its label, `text` the words."""

    id: str
    kind: str
    words: str
    text: str
    boxes: Sequence[Box] = ()

    @property
    def rectangles(self) -> list[dict[str, float]]:
        """SVG rectangles, a little larger than the words."""
        return [
            {
                "x": round(x0 - MARGIN_PT, 2),
                "y": round(y0 - MARGIN_PT, 2),
                "width": round(max(x1 - x0, 0) + 2 * MARGIN_PT, 2),
                "height": round(max(y1 - y0, 0) + 2 * MARGIN_PT, 2),
            }
            for x0, y0, x1, y1 in self.boxes
        ]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One page. `image` is {"width_px", "height_px", …}, or None; sizes in points are 0 if unknown."""

    number: int
    image: dict[str, Any] | None
    width_pt: float
    height_pt: float
    marks: Sequence[Mark]
    withheld: str = ""  # in a blind job: why the image is not shown

    def covered(self, identity: Identity, withheld: str) -> "Sheet":
        """Return it without the person, and without its image if `withheld` gives a reason."""
        marks = [replace(mark, text=veil.told(mark.text, identity)) for mark in self.marks]
        return replace(self, marks=marks, withheld=withheld if self.image else "")

    @property
    def is_drawn(self) -> bool:
        """Whether marks can be drawn over the image."""
        return bool(self.image and self.width_pt and self.height_pt and not self.withheld)

    @property
    def drawn(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.boxes] if self.is_drawn else []

    @property
    def warnings(self) -> list[Mark]:
        """The marks that a person must check. They are listed in text too, so they need no image."""
        return [mark for mark in self.marks if mark.kind != "quote"]


def make_sheets(resume: Resume, words: Sequence[Words], evaluation: Evaluation | None) -> list[Sheet]:
    """Return the pages of `resume` with the quotes of `evaluation`; `words` come from its WordBoxes."""
    return [
        Sheet(
            number=number,
            image=page.get("image"),
            width_pt=page.get("width_pt") or 0,
            height_pt=page.get("height_pt") or 0,
            marks=[*_warnings(number, page, on_page), *_quotes(number, evaluation, on_page)],
        )
        for number, (page, on_page) in enumerate(zip_longest(resume.pages, words[: len(resume.pages)]), 1)
    ]


def _quotes(number: int, evaluation: Evaluation | None, words: Words | None) -> Iterable[Mark]:
    """Return a mark for each quote from this page; ids have the number of the criterion."""
    for place, criterion in enumerate(evaluation.criteria if evaluation else [], 1):
        if criterion["quote"] and criterion["page"] == number:
            yield Mark(
                id=f"quote-{place}",
                kind="quote",
                words="Quoted",
                text=criterion["quote"],
                boxes=evidence.located(criterion["quote"], words or []),
            )


def _warnings(number: int, page: dict[str, Any], words: Words | None) -> Iterable[Mark]:
    for place, hidden in enumerate(page.get("hidden", []), 1):
        yield Mark(
            id=f"hidden-{number}-{place}",
            kind="hidden",
            words=f"Hidden words ({flags.why(hidden['reason'])})",
            text=hidden["text"],
            boxes=hidden["boxes"],
        )
    for place, sentence in enumerate(page.get("instructions", []), 1):
        yield Mark(
            id=f"spoken-{number}-{place}",
            kind="spoken",
            words="Speaks to the model",
            text=sentence,
            boxes=evidence.located(sentence, words or []),
        )
