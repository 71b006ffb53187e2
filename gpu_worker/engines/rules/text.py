"""A document as the rules see it: pages of clean lines, each line a row of tokens."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from jobs.criteria.tokens import GAP, TOKEN, Token, cleaned, tokens

MOST_CHARS = 200_000  # about 60 dense pages; what comes after is not looked at
MOST_LINE_CHARS = 2_000

LINE_END_HYPHEN = re.compile("[\x02\ufffe\u00ad](?:\r?\n)?")  # PDFium's mark in a word cut at a line's end


@dataclass(frozen=True)
class Line:
    """`written` is `text` before ligatures were taken apart; nothing is looked for in the `name`."""

    page: int  # 1 is the first
    text: str
    written: str = ""
    name: str = ""

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its words; those of addresses and of the person's name say nothing about what the person knows."""
        text = self.text
        if self.name:
            text = re.sub(rf"(?i)(?<!\w){re.escape(self.name)}(?!\w)", GAP, text)
        parts = (GAP if "@" in part or "://" in part else part for part in text.split(" "))
        return tokens(" ".join(parts))


@dataclass(frozen=True)
class Text:
    """`is_whole` is False where a page has no text layer or the text was too long to look at all of it."""

    lines: tuple[Line, ...]
    is_whole: bool = True

    def without(self, name: str | None) -> "Text":
        """The same text, with no word of `name` to be found where it stands in full."""
        if not name:
            return self
        alone = _name_line_by_line(self.lines, name)
        return replace(
            self,
            lines=tuple(
                replace(line, name=line.text if at in alone else name) for at, line in enumerate(self.lines)
            ),
        )

    @cached_property
    def lines_with(self) -> dict[str, list[Line]]:
        """The lines, in their order, in which a form stands."""
        found: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            for form in sorted({form for token in line.tokens for form in token.forms}):
                found[form].append(line)
        return dict(found)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every form of every token, without case."""
        return frozenset(self.lines_with)

    @property
    def is_empty(self) -> bool:
        return not any(TOKEN.search(line.text) for line in self.lines)


def _name_line_by_line(lines: tuple[Line, ...], name: str) -> frozenset[int]:
    """Which lines hold one word of `name` each, one below the other, as narrow columns break it."""
    words = name.casefold().split()
    row = [line.text.casefold() for line in lines]
    starts = (at for at in range(len(row)) if row[at] == words[0] and row[at : at + len(words)] == words)
    return frozenset(start + step for start in starts for step in range(len(words)))


def read(pages: tuple[str, ...]) -> Text:
    """Return the lines of `pages` that hold anything, cleaned."""
    is_whole = all(page.strip() for page in pages) and sum(map(len, pages)) <= MOST_CHARS
    return Text(lines=tuple(_lines(pages)), is_whole=is_whole)


def _lines(pages: tuple[str, ...]) -> Iterator[Line]:
    left = MOST_CHARS
    for number, page in enumerate(pages, start=1):
        for line in LINE_END_HYPHEN.sub("", page[: max(left, 0)]).splitlines():
            written = line[:MOST_LINE_CHARS]
            if text := cleaned(written):
                yield Line(page=number, text=text, written=" ".join(written.split()))
        left -= len(page)
