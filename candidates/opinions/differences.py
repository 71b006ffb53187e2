"""Compare two evaluations: what they say differently, and what was different when they were made."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from candidates.models import Evaluation


@dataclass(frozen=True, kw_only=True)
class Line:
    """`kind` is same, before (only in the first) or after (only in the second)."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One field that differs, line by line."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`parts` differ; `circumstances` are sentences about what was different when they were made."""

    parts: tuple[Part, ...]
    circumstances: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        return not self.parts

    def __str__(self) -> str:
        if self.is_identical:
            return "Identical, letter for letter"
        return f"Different: {', '.join(part.name for part in self.parts)}"


def difference_between(first: Evaluation, second: Evaluation) -> Difference:
    """Compare two evaluations that have succeeded."""
    before, after = _said(first), _said(second)
    parts = tuple(
        Part(name=name, lines=tuple(_lines(before[name], after[name])))
        for name in before
        if before[name] != after[name]
    )
    return Difference(parts=parts, circumstances=tuple(_circumstances(first, second)))


def _said(row: Evaluation) -> dict[str, str]:
    return {
        "outcome": row.outcome,
        "reason": row.reason,
        "criteria": _laid_out(row.criteria),
        "person": "\n".join(filter(None, [row.name, row.email, row.phone])),
        "raw answer": _legible(row.raw),
        "thinking": row.thinking,
    }


def _legible(raw: str) -> str:
    try:
        return _laid_out(json.loads(raw))
    except ValueError:
        return raw


def _laid_out(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


def _lines(before: str, after: str) -> Iterator[Line]:
    """Compare whole lines: difflib's finer comparison takes seconds if much of a long text differs."""
    first, second = before.splitlines(), after.splitlines()
    for kind, start, end, other_start, other_end in SequenceMatcher(None, first, second, False).get_opcodes():
        if kind == "equal":
            yield from (Line(kind="same", text=line) for line in first[start:end])
            continue
        yield from (Line(kind="before", text=line) for line in first[start:end])
        yield from (Line(kind="after", text=line) for line in second[other_start:other_end])


def _circumstances(first: Evaluation, second: Evaluation) -> Iterable[str]:
    if not first.prompt_hash and first.model_revision:
        yield "The prompt of the first one was not kept: it was made by an earlier version of wfc."
        return
    for words, name in (
        ("The weights", "model_revision"),
        ("The engine", "engine_version"),
        ("The prompt’s version", "prompt_version"),
    ):
        before, after = getattr(first, name), getattr(second, name)
        if before != after:
            yield f"{words} changed from “{before}” to “{after}”."
    if first.prompt_version == second.prompt_version and first.prompt_hash != second.prompt_hash:
        yield "The prompt was different: the document was prepared again, or the model was asked twice."
    if first.page_hashes != second.page_hashes:
        yield "The page images were different."
    if first.sampling != second.sampling:
        yield "The sampling was different."
    if first.runs_as != second.runs_as and first.model_revision == second.model_revision:
        yield "The engine ran on another device or with other arguments."
