"""Reading order of the words of a page: headers, then columns, then lines.

An XY-cut over the words' boxes. A plain XY-cut reads dates at the right margin as a column of their own; this
one checks whether both sides of a gap flow like text, and otherwise reads them with their entry.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import attrgetter, itemgetter

from candidates.child.pdf.words import SOFT_HYPHEN, Word, median

Line = list[Word]
Block = list[Line]
Span = tuple[float, float]

VALLEY = 0.9  # of the usual size: the least gap between columns
PARAGRAPH = 0.75  # of the line's height: the least gap between blocks
LARGER = 1.4  # times the usual gap, in a text with wide line spacing
FLOWING = 0.4  # of a column's height is covered by its lines
DENSE = 0.75  # times the other column, if all lines are level with its lines; dates beside entries cover less
ROWS = 0.8  # of the lines of the longer side
SENTENCE = 4  # words in a line
LIST = 7  # lines: tables of names and values are shorter
DATED = 0.3  # of the lines at the right margin: a date is up to three lines high
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
TALL = 12  # lines: no dates are sought beside an entry further down
RUNS = 24  # candidates for columns that are checked, the longest first
MOST_ROWS, MOST_WORDS = 400, 5_000  # no person lays out a page with more
DEPTH = 12


def in_reading_order(words: Sequence[Word]) -> list[Block]:
    """Return the blocks of a page, each a list of lines. Vertical words come last, in file order."""
    flat = [word for word in words if not word.turned]
    return [*_blocks(flat, DEPTH), *_on_end([word for word in words if word.turned])]


def text(words: Sequence[Word]) -> str:
    """Return the page as text: lines end with "\\n", blocks are a blank line apart."""
    blocks = ["\n".join(_line_text(line) for line in block) for block in in_reading_order(words)]
    return "\n\n".join(blocks).replace(SOFT_HYPHEN + "\n", "").replace(SOFT_HYPHEN, "")


def _line_text(line: Line) -> str:
    return " ".join(word.text for word in line).replace(SOFT_HYPHEN + " ", "")


def _blocks(words: list[Word], depth: int) -> Iterator[Block]:
    if not words:
        return
    rows = _rows(words)
    readable = depth and len(rows) <= MOST_ROWS and len(words) <= MOST_WORDS
    found = _columns(rows) if readable else None
    if found is None:
        parts = _paragraphs(rows)
        for part in parts:
            yield from _blocks(part, depth - 1) if depth and len(parts) > 1 else [_read(part)]
        return
    first, last, middle = found
    yield from _blocks(_joined(rows[:first]), depth - 1)
    inside = _joined(rows[first:last])
    yield from _blocks([word for word in inside if _middle(word) < middle], depth - 1)
    yield from _blocks([word for word in inside if _middle(word) >= middle], depth - 1)
    yield from _blocks(_joined(rows[last:]), depth - 1)


def _rows(words: list[Word]) -> list[list[Word]]:
    """Split the words wherever a horizontal line fits between them; top first."""
    rows: list[list[Word]] = []
    end = float("-inf")
    for top, word in sorted([(_top(word), word) for word in words], key=itemgetter(0)):
        if top >= end:
            rows.append([])
        rows[-1].append(word)
        if word.y1 > end:  # a quick test: often false
            end = max(end, _bottom(word))
    return rows


def _top(word: Word) -> float:
    """Return the top without a quarter of the height: fonts claim more height than their letters use."""
    return word.y0 + (word.y1 - word.y0) / 4


def _bottom(word: Word) -> float:
    return word.y1 - (word.y1 - word.y0) / 5


def _middle(word: Word) -> float:
    return (word.x0 + word.x1) / 2


def _joined(rows: Sequence[list[Word]]) -> list[Word]:
    return [word for row in rows for word in row]


def _columns(rows: list[list[Word]]) -> tuple[int, int, float] | None:
    """Return the run of rows with the most words that a gap splits into two columns, and its middle."""
    size = median(word.size_pt for row in rows for word in row)
    gaps = [_gaps(row, VALLEY * size) for row in rows]
    counts = list(accumulate(map(len, rows), initial=0))
    runs = [
        (counts[last] - counts[first], first, last, gap)
        for first in range(len(rows))
        for last, gap in _runs(gaps, first, VALLEY * size)
    ]
    margins: list[tuple[int, int, float]] = []  # runs with dates at the right: they contain no columns
    for _, first, last, gap in sorted(runs, key=lambda run: -run[0])[:RUNS]:
        if any(top <= first and last <= end and gap[0] < x < gap[1] for top, end, x in margins):
            continue
        middle = (gap[0] + gap[1]) / 2
        inside = _joined(rows[first:last])
        left = [word for word in inside if _middle(word) < middle]
        right = [word for word in inside if _middle(word) >= middle]
        if _are_columns(left, right):
            if not _are_dates(right):
                return first, last, middle
            margins.append((first, last, middle))
    return None


def _gaps(row: list[Word], width: float) -> list[Span]:
    """Return the gaps of at least `width` in a row; both margins are infinite gaps."""
    gaps = []
    end = float("-inf")
    for x0, x1 in sorted((word.x0, word.x1) for word in row):
        if x0 - end >= width:
            gaps.append((end, x0))
        end = max(end, x1)
    return [*gaps, (end, float("inf"))]


def _runs(gaps: list[list[Span]], first: int, width: float) -> list[tuple[int, Span]]:
    """Return the ends of the longest runs from `first` that share a gap: longest and widest first."""
    common = [gap for gap in gaps[first] if gap[0] != float("-inf") and gap[1] != float("inf")]
    ends: list[tuple[int, Span]] = []
    last = first + 1
    while common:
        still = (
            [
                (max(a[0], b[0]), min(a[1], b[1]))
                for a in common
                for b in gaps[last]
                if min(a[1], b[1]) - max(a[0], b[0]) >= width
            ]
            if last < len(gaps)
            else []
        )
        ends += [(last, gap) for gap in common if not any(gap[0] <= s[0] and s[1] <= gap[1] for s in still)]
        common, last = still, last + 1
    return sorted(ends, key=lambda end: (-end[0], end[1][0] - end[1][1]))


def _are_columns(left: list[Word], right: list[Word]) -> bool:
    """Whether each side is read as a whole: false for dates beside entries and for tables."""
    less, more = sorted((left, right), key=len)
    smaller = _lines(less)  # checked first; mostly enough
    if len(smaller) < 2 or _density(smaller) < FLOWING:
        return False
    sides = [smaller, _lines(more)]
    fewer = min(sides, key=len)
    if len(fewer) < 2 or _density(sides[1]) < FLOWING:
        return False
    if _aligned(*sides) < 0.5:
        return True
    if _density(fewer) < DENSE * max(map(_density, sides)):
        return False
    if len(fewer) < ROWS * max(map(len, sides)) or min(map(_words_in_a_line, sides)) >= SENTENCE:
        return True
    # As many lines on both sides: a table, entries with their dates, or a long list beside the main text.
    return len(smaller) >= LIST and sum(map(_has_digit, smaller)) < len(smaller) / 3


def _are_dates(right: list[Word]) -> bool:
    """Whether the lines are right-aligned and many name a year: dates and places of entries."""
    lines = _lines(right)
    return _end_alike(*lines) and sum(map(_has_year, lines)) >= DATED * len(lines)


def _end_alike(*lines: Line) -> bool:
    ends = [max(word.x1 for word in line) for line in lines]
    return max(ends) - min(ends) < lines[0][0].size_pt / 4


def _has_year(line: Line) -> bool:
    return any(YEAR.search(word.text) for word in line)


def _has_digit(line: Line) -> bool:
    return any(character.isdigit() for word in line for character in word.text)


def _words_in_a_line(lines: list[Line]) -> float:
    return median(len(line) for line in lines)


def _density(lines: list[Line]) -> float:
    """Return the share of a column's height that its lines cover."""
    top = min(word.y0 for word in lines[0])
    bottom = max(word.y1 for word in lines[-1])
    return sum(median(word.y1 - word.y0 for word in line) for line in lines) / max(bottom - top, 0.1)


def _aligned(left: list[Line], right: list[Line]) -> float:
    """Return the share of the shorter side's lines that are level with a line of the other side."""
    shorter, longer = sorted((left, right), key=len)
    levels = [_level(line) for line in longer]
    beside = sum(any(abs(_level(line) - level) < line[0].size_pt / 4 for level in levels) for line in shorter)
    return beside / len(shorter)


def _level(line: Line) -> float:
    return median(word.y1 for word in line)


def _paragraphs(rows: list[list[Word]]) -> list[list[Word]]:
    """Split the rows at gaps larger than the usual one and than the line spacing of a text."""
    tops = [min(map(_top, row)) for row in rows]
    bottoms = [max(map(_bottom, row)) for row in rows]
    gaps = [top - bottom for top, bottom in zip(tops[1:], bottoms, strict=False)]
    usual = median(gaps) if gaps else 0.0
    parts = [rows[0]]
    for row, gap in zip(rows[1:], gaps, strict=True):
        height = max(word.y1 - word.y0 for word in row)
        if gap > max(PARAGRAPH * height, LARGER * usual):
            parts.append(row)
        else:
            parts[-1] = parts[-1] + row
    return parts


def _lines(words: list[Word]) -> list[Line]:
    """Group words with level middles into lines, from the top."""
    lines: list[Line] = []
    top = bottom = 0.0  # of the last word that is not much smaller than those before it
    for twice, word in sorted([(word.y0 + word.y1, word) for word in words], key=itemgetter(0)):
        if lines and top <= twice / 2 <= bottom:
            lines[-1].append(word)
            if word.y1 - word.y0 <= bottom - top:
                continue
        else:
            lines.append([word])
        top, bottom = _top(word), _bottom(word)
    return lines


def _read(words: list[Word]) -> Block:
    return _gathered([_directed(line) for line in _lines(words)])


def _gathered(lines: list[Line]) -> Block:
    """Group dates and places at the right margin after the title beside which they begin.

    Row by row, they would interrupt the text below that title.
    """
    middle = (min(line[0].x0 for line in lines) + max(line[-1].x1 for line in lines)) / 2
    parts = [_parted(line, middle) for line in lines]
    if not any(margin for _, margin in parts):  # mostly true
        return lines
    block: Block = []
    at = 0
    while at < len(lines):
        count, read = _entry(parts[at : at + TALL])
        block += read
        at += count
    return block


def _entry(parts: list[tuple[Line, Line]]) -> tuple[int, Block]:
    """Return the number of lines of the first entry, at least one, and its lines in reading order.

    A line that is neither indented nor an item may be a row of a table, or a title's second line.
    An entry has one date: dates of the lines below stay with those lines.
    """
    title, first = parts[0]
    margin, below = [first] if first else [], []
    count = 1
    for number, (text, right) in enumerate(parts[1:] if title else [], 1):
        if text and not (margin and _is_below(text, title, margin)):
            break
        if right and not (_goes_on(margin, right) if margin else _touch(title, right)):
            break
        if (
            text
            and _has_year(right)
            and any(map(_has_year, [*margin, *_below(parts[number:], title, margin)]))
        ):
            break
        margin += [right] if right else []
        below += [text] if text else []
        count += 1
    if not any(map(_has_year, margin)):
        return 1, [title + first]
    return count, [title + margin[0], *margin[1:], *below]


def _below(parts: list[tuple[Line, Line]], title: Line, margin: Block) -> Block:
    """Return the right part of the second line of `parts`, if that line is below the title too."""
    text, right = parts[1] if len(parts) > 1 else ([], [])
    return [right] if text and right and _is_below(text, title, margin) else []


def _parted(line: Line, middle: float) -> tuple[Line, Line]:
    """Split a line at its last wide gap, if the rest is right of the middle."""
    for at in range(len(line) - 1, -1, -1):
        if line[at].x0 < middle:
            return line, []
        if not at or line[at].x0 - line[at - 1].x1 >= VALLEY * line[at].size_pt:
            return line[:at], line[at:]
    return line, []


def _is_below(text: Line, title: Line, margin: Block) -> bool:
    is_item = not text[0].text[0].isalnum()
    is_set_in = text[0].x0 - title[0].x0 > text[0].size_pt / 4
    return (is_item or is_set_in) and text[-1].x1 < min(line[0].x0 for line in margin)


def _goes_on(margin: Block, line: Line) -> bool:
    last = margin[-1][0]
    return _end_alike(margin[0], line) and line[0].y0 - last.y1 < last.y1 - last.y0


def _touch(title: Line, line: Line) -> bool:
    return _top(line[0]) < _bottom(title[0])


def _directed(line: Line) -> Line:
    """Put the words of a line in the direction of its script."""
    if all(word.text.isascii() for word in line):  # mostly true
        return sorted(line, key=attrgetter("x0"))
    letters = [unicodedata.bidirectional(character) for word in line for character in word.text[:4]]
    backwards = sum(kind in ("R", "AL") for kind in letters) > sum(kind == "L" for kind in letters)
    return sorted(line, key=lambda word: -word.x1 if backwards else word.x0)


def _on_end(words: list[Word]) -> Iterator[Block]:
    block: Block = []
    for word in words:
        last = block[-1][-1] if block else None
        if last is not None and abs(_middle(word) - _middle(last)) < (last.x1 - last.x0) / 2:
            block[-1].append(word)
        else:
            block.append([word])
    if block:
        yield block
