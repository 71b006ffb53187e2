"""What two readings say otherwise, and what was not the same when they were made."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from candidates.models import Evaluation


@dataclass(frozen=True, kw_only=True)
class Line:
    """`kind` is same, before (only the first said it) or after (only the second did)."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One field that differs, line by line."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`parts` were said otherwise; `circumstances` are sentences about what was not the same."""

    parts: tuple[Part, ...]
    circumstances: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        return not self.parts

    def __str__(self) -> str:
        if self.is_identical:
            return "Identical, letter for letter"
        return f"Different: {', '.join(part.name for part in self.parts)}"


def between(first: Evaluation, second: Evaluation) -> Difference:
    """Compare two readings that have succeeded."""
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
    """Whole lines: difflib's finer comparison takes seconds where much of a long thought is different."""
    first, second = before.splitlines(), after.splitlines()
    for kind, start, end, other_start, other_end in SequenceMatcher(None, first, second, False).get_opcodes():
        if kind == "equal":
            yield from (Line(kind="same", text=line) for line in first[start:end])
            continue
        yield from (Line(kind="before", text=line) for line in first[start:end])
        yield from (Line(kind="after", text=line) for line in second[other_start:other_end])


def _circumstances(first: Evaluation, second: Evaluation) -> Iterable[str]:
    if not first.prompt_hash and first.model_revision:
        yield "What the first one was asked was not kept: it was made by an earlier version of wfc."
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
        yield "The prompt was not the same, word for word: its document was read anew, or it was asked twice."
    if first.page_hashes != second.page_hashes:
        yield "The page images were not the same."
    if first.sampling != second.sampling:
        yield "The answers were not drawn in the same way."
    if first.runs_as != second.runs_as and first.model_revision == second.model_revision:
        yield "The engine ran on another device or with other arguments."
