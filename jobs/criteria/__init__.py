"""The criteria of a job. Pure; loads without Django.

`drawing.draw` draws criteria from a description; `listed` makes them of what a person wrote.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_CRITERIA = 30  # an answer covers every one
LONGEST_TEXT = 200  # characters


class Weight(StrEnum):
    """How much a criterion counts. A knock-out rejects only if the document contradicts it."""

    MUST = "must"
    NICE = "nice"
    KNOCK_OUT = "knock_out"

    @property
    def label(self) -> str:
        return {"must": "must", "nice": "nice to have", "knock_out": "knock-out"}[self.value]


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """`key` ("c1") names it in answers, by its place in this version of the job; `text` is what a person wrote."""

    key: str
    text: str
    weight: Weight


class WrongCriteria(ValueError):
    """These cannot be a job's criteria; the text says why. `at` is the index of the wrong one."""

    def __init__(self, sentence: str, at: int | None = None) -> None:
        super().__init__(sentence)
        self.at = at


def listed(wanted: Iterable[tuple[str, str]]) -> tuple[Criterion, ...]:
    """Make criteria of texts and weights, numbered in their order. Raises WrongCriteria."""
    pairs = [(" ".join(text.split()), weight) for text, weight in wanted]
    if len(pairs) > MOST_CRITERIA:
        raise WrongCriteria(f"There are {len(pairs)} criteria; a job has at most {MOST_CRITERIA}.")
    seen: Counter[str] = Counter()
    for at, (text, weight) in enumerate(pairs):
        seen[text.casefold()] += 1
        if why := _wrong(text, weight) or (
            "This criterion is there twice." if seen[text.casefold()] > 1 else ""
        ):
            raise WrongCriteria(why, at)
    return tuple(
        Criterion(key=f"c{number}", text=text, weight=Weight(weight))
        for number, (text, weight) in enumerate(pairs, 1)
    )


def _wrong(text: str, weight: str) -> str:
    if not text:
        return "Write the criterion, or remove it."
    if len(text) > LONGEST_TEXT:
        return f"The criterion has {len(text)} characters; at most {LONGEST_TEXT} are allowed."
    if weight not in list(Weight):
        return f"The weight must be one of: {', '.join(Weight)}."
    return ""
