"""A document as the rules see it: pages of clean lines, each line a row of tokens."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

MOST_CHARS = 200_000  # about 60 dense pages; what comes after is not looked at
MOST_LINE_CHARS = 2_000

# A word as technology writes it: C++, C#, .NET, Node.js, scikit-learn. Possessive parts cannot backtrack far:
# every group begins with a character that the part before it cannot hold.
# A grade is one too: C+ is not C. The sign ∕ stands for the slash of a word that is written with one.
TOKEN = re.compile(r"(?<![^\W_])\.?[^\W_]+(?:[.\-&'’∕][^\W_]+)*(?:\+\+|#|(?<![^\W_]{2})\+)?")
SLASHED = re.compile(r"(?i)\b(?:ci/cd|a/b|tcp/ip|ui/ux|ux/ui|pl/sql|i/o|b2b/b2c)\b")
NO_TEXT = ("Co", "Cc", "Cf", "Cs", "Cn")  # Unicode categories: icons, controls, what is no character
ACRONYMS = re.compile(r"[A-Z]{2,}s")
GAP = "\n"  # no term reaches over it; a line holds none of its own
LINE_END_HYPHEN = re.compile("[\x02\ufffe\u00ad](?:\r?\n)?")  # PDFium's mark in a word cut at a line's end


@dataclass(frozen=True)
class Token:
    """`text` as it was written; `forms` is what it may be matched as, without case."""

    text: str
    forms: frozenset[str]
    before: str = ""  # what stands between it and the token before, a slash as well


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


def tokens(text: str) -> tuple[Token, ...]:
    """Cut `text` into tokens; C++ stays one, Java/Kotlin becomes two, Python-based is also python."""
    joined = SLASHED.sub(lambda match: match.group().replace("/", "∕"), text)
    found, end = [], 0
    for match in TOKEN.finditer(joined):
        found.append(_token(match.group().replace("∕", "/"), joined[end : match.start()]))
        end = match.end()
    return tuple(found)


def _token(text: str, before: str) -> Token:
    whole = word(text)
    parts = [part for part in whole.split("-") if len(part) > 1] if "-" in whole else []
    return Token(text=text, forms=frozenset([whole.removesuffix("'s"), *parts]), before=before)


def word(text: str) -> str:
    """`text` as it is compared: without case; APIs are API."""
    singular = text[:-1] if ACRONYMS.fullmatch(text) else text
    return singular.casefold().replace("’", "'")


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


def cleaned(text: str) -> str:
    """One line without ligatures, icons from private fonts, bullets in front, and doubled spaces."""
    if not (text.isascii() and text.isprintable()):  # most lines need none of this
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c if unicodedata.category(c) not in NO_TEXT else " " for c in text)
    return " ".join(text.split()).lstrip("•◆◦▪●○■□‣⁃–—-*· ").strip()
