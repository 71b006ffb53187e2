"""The text of a document as the rules see it: pages of clean lines, each a row of tokens."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from gpu_worker.engines.rules import sections
from gpu_worker.engines.rules.sections import Section
from jobs.criteria.tokens import BULLETS, GAP, TOKEN, Token, cleaned, plain, tokens, word

MOST_CHARS = 200_000  # about 60 dense pages; the rest is ignored
MOST_LINE_CHARS = 2_000

LEAD_WORDS = 4  # at most, of a line that introduces a list
CONTINUES = re.compile(
    r"(?i)(?:[,(/&]|\b(?:with|in|of|to|and|or|the|a|an|mit|in|und|oder|avec|en|et|ou|con|y|o|de|no|not))$"
)

LINE_END_HYPHEN = re.compile("[\x02\ufffe\u00ad](?:\r?\n)?")  # PDFium's mark for a hyphenated line end


@dataclass(frozen=True)
class Line:
    """`written` is `text` before ligatures were split; the `name` is not searched.

    `cells` are the tab-separated parts of a table row; any other line is one cell.
    """

    page: int  # 1 is the first
    text: str
    written: str = ""
    name: str = ""
    number: int = 0  # 0 is the first of the document
    is_item: bool = False  # it has a bullet
    opens: bool = False  # it is the first line of its block
    section: Section = Section.HEAD
    is_heading: bool = False
    cells: tuple[str, ...] = ()

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its tokens, without addresses and the person's name, which say nothing about skills."""
        parts = (GAP if "@" in part or "://" in part else part for part in self.nameless.split(" "))
        return tokens(" ".join(parts))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words in order, normalised for comparison."""
        return tuple(word(token.text) for token in self.tokens)

    @cached_property
    def nameless(self) -> str:
        """Its text, with a gap in place of the person's name."""
        if not self.name:
            return self.text
        return re.sub(rf"(?i)(?<!\w){re.escape(self.name)}(?!\w)", GAP, self.text)

    @property
    def is_named(self) -> bool:
        return self.nameless != self.text


@dataclass(frozen=True)
class Text:
    """`is_whole` is False if a page has no text layer or the text was too long to be searched whole."""

    lines: tuple[Line, ...]
    is_whole: bool = True

    def without(self, name: str | None) -> "Text":
        """Return the text with the full `name` taken out of the search."""
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
        """The lines that contain a form, in order, by form."""
        found: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            for form in sorted({form for token in line.tokens for form in token.forms}):
                found[form].append(line)
        return dict(found)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every form of every token, without case."""
        return frozenset(self.lines_with)

    def lead(self, line: Line) -> str:
        """Return the text that `line` continues: the wrapped line before it, and the words above its list."""
        if line.opens or not line.number:
            return ""
        said = self._above_list(line) if line.is_item else ""
        above = self.lines[line.number - 1]
        wrapped = not line.is_item and not above.is_heading and CONTINUES.search(above.text)
        return f"{said} {above.text}" if wrapped else said

    def _above_list(self, line: Line) -> str:
        at = line.number - 1
        while at > 0 and self.lines[at].is_item and not self.lines[at].opens:
            at -= 1
        above = self.lines[at]
        short = above.text.endswith(":") or len(above.text.split()) <= LEAD_WORDS
        return above.text if short and not above.is_item else ""

    @property
    def is_empty(self) -> bool:
        return not any(TOKEN.search(line.text) for line in self.lines)


def _name_line_by_line(lines: tuple[Line, ...], name: str) -> frozenset[int]:
    """Return the lines that hold one word of `name` each, as narrow columns break it."""
    words = name.casefold().split()
    row = [line.text.casefold() for line in lines]
    starts = (at for at in range(len(row)) if row[at] == words[0] and row[at : at + len(words)] == words)
    return frozenset(start + step for start in starts for step in range(len(words)))


def read_pages(pages: tuple[str, ...]) -> Text:
    """Return the non-empty lines of `pages`, cleaned."""
    is_whole = all(page.strip() for page in pages) and sum(map(len, pages)) <= MOST_CHARS
    return Text(lines=tuple(_lines(pages)), is_whole=is_whole)


def _lines(pages: tuple[str, ...]) -> Iterator[Line]:
    section, number = Section.HEAD, 0
    for page, written, opens in _rows(pages):
        said = plain(written)
        text = said.lstrip(BULLETS).strip()
        if not text:
            continue
        heading = None if said[0] in BULLETS else sections.section_of_heading(text)
        section = heading or section
        yield Line(
            page=page,
            text=text,
            written=" ".join(written.split()),
            number=number,
            is_item=said[0] in BULLETS,
            opens=opens,
            section=section,
            is_heading=heading is not None,
            cells=tuple(map(cleaned, written.split("\t"))) if "\t" in written else (text,),
        )
        number += 1


def _rows(pages: tuple[str, ...]) -> Iterator[tuple[int, str, bool]]:
    """Yield every line within the limits: its page, its text, and whether it opens a block."""
    left = MOST_CHARS
    for page, text in enumerate(pages, start=1):
        opens = True
        for row in LINE_END_HYPHEN.sub("", text[: max(left, 0)]).splitlines():
            if row.strip():
                yield page, row[:MOST_LINE_CHARS], opens
            opens = not row.strip()
        left -= len(text)
