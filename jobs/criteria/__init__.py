"""What a job asks for, one criterion at a time. Pure; loads without Django.

`requirements.drawn` draws it from the description.
"""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a criterion counts. A knock-out only rejects where the document contradicts it."""

    MUST = "must"
    NICE = "nice"
    KNOCK_OUT = "knock_out"


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """`key` ("c1") is how answers name it, unique within the job; `text` is as a person wrote it."""

    key: str
    text: str
    weight: Weight
