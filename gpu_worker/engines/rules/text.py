"""A document as the rules see it: pages of clean lines, each line a row of tokens."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

MOST_CHARS = 200_000  # about 60 dense pages; what comes after is not looked at
MOST_LINE_CHARS = 2_000

# A word as technology writes it: C++, C#, .NET, Node.js, scikit-learn. Possessive parts cannot backtrack far:
# every group begins with a character that the part before it cannot hold.
TOKEN = re.compile(r"(?<![^\W_])\.?[^\W_]+(?:[.\-&'’][^\W_]+)*(?:\+\+|#)?")
SLASHED = re.compile(r"(?i)\b(?:ci/cd|a/b|tcp/ip|ui/ux|ux/ui|pl/sql|i/o|b2b/b2c)\b")


@dataclass(frozen=True)
class Token:
    """`text` as it was written; `forms` is what it may be matched as, without case."""

    text: str
    forms: frozenset[str]


@dataclass(frozen=True)
class Line:
    page: int  # 1 is the first
    text: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokens(self.text)


@dataclass(frozen=True)
class Text:
    lines: tuple[Line, ...]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every form of every token, without case."""
        return frozenset(form for line in self.lines for token in line.tokens for form in token.forms)

    @property
    def is_empty(self) -> bool:
        return not self.words


def tokens(text: str) -> tuple[Token, ...]:
    """Cut `text` into tokens; C++ stays one, Java/Kotlin becomes two, Python-based is also python."""
    spaced = SLASHED.sub(lambda match: match.group().replace("/", "\0"), text)
    found = (match.group() for match in TOKEN.finditer(spaced.replace("/", " ").replace("\0", "'")))
    return tuple(_token(text) for text in found)


def _token(text: str) -> Token:
    whole = text.casefold().replace("’", "'")
    parts = [part for part in whole.split("-") if len(part) > 1] if "-" in whole else []
    return Token(text=text, forms=frozenset([whole.removesuffix("'s"), *parts]))


def read(pages: tuple[str, ...]) -> Text:
    """Return the lines of `pages` that hold anything, cleaned."""
    return Text(lines=tuple(_lines(pages)))


def _lines(pages: tuple[str, ...]) -> Iterator[Line]:
    left = MOST_CHARS
    for number, page in enumerate(pages, start=1):
        for line in page[: max(left, 0)].splitlines():
            if text := cleaned(line[:MOST_LINE_CHARS]):
                yield Line(page=number, text=text)
        left -= len(page)


def cleaned(text: str) -> str:
    """One line without ligatures, icons from private fonts, bullets in front, and doubled spaces."""
    text = unicodedata.normalize("NFKC", text)
    kept = "".join(c if unicodedata.category(c) not in ("Co", "Cc", "Cf", "Cs", "Cn") else " " for c in text)
    return " ".join(kept.split()).lstrip("•◆◦▪●○■□‣⁃–—-*· ").strip()
