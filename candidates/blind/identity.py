"""Find who somebody is in texts and on pages, to hide it until a person has decided.

It finds the candidate's known names and addresses, and anything in the form of an e-mail address, a telephone
number or a link. At the top of the first page it removes the whole line of these, and lines that look like a
postal address. What only its meaning tells, like “captain of the Ghent women's team”, stays.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from candidates.child.pdf.words import Box
from candidates.documents.evidence import Row
from candidates.names import normalised

NAME, CONTACT = "[name]", "[contact]"
TOP = 0.3  # of the first page's height: where people write who they are and where they live
GAP = 3.0  # of the line's height: words further apart are on different lines
MARGIN_PT = 2.0

WORD = re.compile(r"[^\W\d_]+")
# Every repetition has a bound: strangers write these texts, and endless words must not take ages.
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
LINK = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?:[\w-]{1,63}\.){0,5}(?:linkedin|github|gitlab|bitbucket|xing|twitter|facebook|instagram|behance|medium)\.\w+\S*"
    r"|(?<![\w@.-])(?:[\w-]{1,63}\.){1,8}[a-z]{2,6}/\S*",
    re.IGNORECASE,
)
PHONE = re.compile(r"(?<![\w+])(?:\+|00)\d[\d\s().\-/]{6,30}\d(?!\w)")
NUMBER = re.compile(r"\(?\d(?:[\d().\-/]|[^\S\n]){5,60}\d")
LONGEST_ADDRESS = 300  # characters of a line
SAME_DIGITS = 7  # last digits of a telephone number, with or without its country code
ADDRESS = re.compile(
    r"(?:\d|\b)\w*(?:straße|strasse|gasse|weg|platz|allee|laan|straat|street|road|avenue|lane|drive|boulevard|rue"
    r"|via|calle)\b.*\d|\d.*\b(?:st|str|rd|ave|dr|blvd|street|road|avenue|lane|drive|rue)\b|\b\d{5}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What is known of a person: normalised words of names, e-mail addresses, digits of telephone numbers."""

    names: frozenset[str]
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    @classmethod
    def from_details(cls, names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> "Identity":
        """Build an identity; single letters of names are ignored, since they would be found everywhere."""
        words = (word for name in names for word in normalised(name).split())
        return cls(
            names=frozenset(word for word in words if len(word) > 1),
            emails=frozenset(email.casefold() for email in emails if email),
            phones=frozenset(digits for phone in phones if len(digits := _digits(phone)) >= SAME_DIGITS),
        )

    def told(self, text: str) -> str:
        """Return `text` with placeholders for the person."""
        return self._without(text, says_so=True)

    def left_out(self, text: str) -> str:
        """Return `text` without the person and without placeholders."""
        return self._without(text, says_so=False)

    def _without(self, text: str, *, says_so: bool) -> str:
        parts, at = [], 0
        for start, end, instead in _apart(self._found(text)):
            parts += [text[at:start], instead if says_so else " "]
            at = end
        return "".join([*parts, text[at:]])

    def boxes(self, words: Sequence[Row], height_pt: float, *, is_first: bool) -> list[Box]:
        """Return what to paint over on a page with these `words`, in points; `is_first` = of the document."""
        return [
            Box(x0 - MARGIN_PT, y0 - MARGIN_PT, x1 + MARGIN_PT, y1 + MARGIN_PT)
            for line in _lines(words)
            for _, x0, y0, x1, y1 in self._personal(line, is_top=is_first and line[0][4] < TOP * height_pt)
        ]

    def is_found_on(self, pages: Sequence[Sequence[Row]]) -> bool:
        """Whether all known names and e-mail addresses are found on `pages`."""
        lines = [_text(line) for words in pages for line in _lines(words)]
        said = {normalised(text[a:b]) for text in lines for a, b, what in self._found(text) if what == NAME}
        addresses = " ".join(lines).casefold()
        return bool(self.names) and self.names <= said and all(email in addresses for email in self.emails)

    def _personal(self, line: Sequence[Row], *, is_top: bool) -> Sequence[Row]:
        """Return the words of `line` that tell who it is."""
        text = _text(line)
        found = list(self._found(text))
        if is_top and (
            any(what == CONTACT for _, _, what in found) or ADDRESS.search(text[:LONGEST_ADDRESS])
        ):
            return line
        ends = accumulate(len(row[0]) + 1 for row in line)
        places = [(end - len(row[0]) - 1, end - 1) for row, end in zip(line, ends, strict=True)]
        return [
            row
            for row, (first, last) in zip(line, places, strict=True)
            if any(start < last and first < end for start, end, _ in found)
        ]

    def _found(self, text: str) -> Iterator[tuple[int, int, str]]:
        for pattern in (EMAIL, LINK, PHONE):
            for match in pattern.finditer(text):
                yield *match.span(), CONTACT
        for match in NUMBER.finditer(text):
            if any(phone[-SAME_DIGITS:] in _digits(match[0]) for phone in self.phones):
                yield *match.span(), CONTACT
        for match in WORD.finditer(text):
            if not match[0][0].islower() and normalised(match[0]) in self.names:  # “Will” is no “will”
                yield *match.span(), NAME


def _apart(found: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return what was found, in order; merge what overlaps, or has the same kind and one space between."""
    parts: list[tuple[int, int, str]] = []
    for start, end, what in sorted(found):
        if parts and (start < parts[-1][1] or (start == parts[-1][1] + 1 and what == parts[-1][2])):
            parts[-1] = (parts[-1][0], max(end, parts[-1][1]), parts[-1][2])
        else:
            parts.append((start, end, what))
    return parts


def _lines(words: Iterable[Row]) -> list[list[Row]]:
    """Group words into lines: same height, close to each other."""
    lines: list[list[Row]] = []
    for row in words:
        if lines and _goes_on(lines[-1][-1], row):
            lines[-1].append(row)
        else:
            lines.append([row])
    return lines


def _goes_on(last: Row, row: Row) -> bool:
    _, _, y0, x1, y1 = last
    if not y0 <= (row[2] + row[4]) / 2 <= y1:
        return False
    return bool(abs(row[1] - x1) < GAP * (y1 - y0))


def _text(line: Sequence[Row]) -> str:
    return " ".join(row[0] for row in line)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))
