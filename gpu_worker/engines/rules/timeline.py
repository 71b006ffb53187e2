"""The career in a résumé: roles with their lines and dates, and their total duration."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from gpu_worker.engines.rules import dates
from gpu_worker.engines.rules.dates import Span
from gpu_worker.engines.rules.sections import Section
from gpu_worker.engines.rules.text import Line, Text
from jobs.criteria import degrees

HEADER_LINES = 2  # above a date that may name its role
HEADER_CHARS = 90
LONGEST_MONTHS = 60 * 12
NO_WORK = (Section.EDUCATION, Section.LANGUAGES, Section.SKILLS)


@dataclass(frozen=True)
class Months:
    """A duration in months: `likely` counts bare years from midsummer to midsummer; `most` is the maximum."""

    likely: int
    most: int


@dataclass(frozen=True)
class Role:
    """The lines of a position and its dates: several spans if they cannot be told apart."""

    lines: tuple[Line, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Career:
    """Roles in document order. `today` is the month that "present" means.

    `earliest` is the first month named outside education. `is_open` if the application date is unknown:
    ongoing roles may have lasted longer than the dates say.
    """

    roles: tuple[Role, ...]
    today: int
    earliest: int | None
    is_open: bool = False

    @cached_property
    def _role_of(self) -> dict[int, Role]:
        return {line.number: role for role in self.roles for line in role.lines}

    def roles_of(self, lines: Iterable[Line]) -> list[Role]:
        """Return the roles that contain `lines`."""
        found = (self._role_of.get(line.number) for line in lines)
        return list(dict.fromkeys(role for role in found if role))

    def months(self, roles: Collection[Role] | None = None) -> Months:
        """Return the total duration of `roles` (None = all), overlaps counted once."""
        spans = [span for role in (self.roles if roles is None else roles) for span in role.spans]
        most = _total(self._longest(span) for span in spans)
        goes_on = self.is_open and any(span.until is None for span in spans)
        return Months(
            likely=_total(self._likely(span) for span in spans), most=LONGEST_MONTHS if goes_on else most
        )

    def last(self, roles: Collection[Role]) -> int | None:
        """Return the last month of `roles`, None without roles."""
        return max((self._longest(span)[1] for role in roles for span in role.spans), default=None)

    @property
    def most_months(self) -> int | None:
        """The longest possible career: from its earliest date to today. None if unknown."""
        return None if self.earliest is None or self.is_open else max(0, self.today - self.earliest + 1)

    def _likely(self, span: Span) -> tuple[int, int]:
        """Return first and last month. A bare year starts and ends in its middle; alone, it counts half."""
        if span.until == span.since and span.since.is_year:
            return span.since.first + 3, min(span.since.first + 8, self.today)
        first = span.since.first + 6 if span.since.is_year else span.since.first
        if span.until is None:
            return min(first, self.today), self.today
        last = span.until.first + 5 if span.until.is_year else span.until.last
        return first, min(last, self.today)

    def _longest(self, span: Span) -> tuple[int, int]:
        return span.since.first, min(span.until.last if span.until else self.today, self.today)


def _total(intervals: Iterable[tuple[int, int]]) -> int:
    """Count the months in the union of `intervals`, ends included."""
    months, end = 0, -1
    for first, last in sorted(intervals):
        months += max(0, last - max(first, end + 1) + 1)
        end = max(end, last)
    return months


def career_of(text: Text, today: date | None) -> Career:
    """Return the career in `text`. Without `today`, "present" means the last month named."""
    spans = {line.number: found for line in text.lines if (found := dates.spans(line.nameless))}
    named = [
        moment
        for found in spans.values()
        for span in found
        for moment in (span.since, span.until or span.since)
    ]
    now = dates.month(today) if today else max((moment.last for moment in named), default=0)
    spans = {
        number: kept
        for number, found in spans.items()
        if (kept := [span for span in found if span.since.first <= now])
    }
    work = _work(text)
    dated = {line.number for line in work if line.number in spans and not _is_school(line, text)}
    roles = tuple(_roles(work, {number: spans[number] for number in sorted(dated)}))
    outside = [
        span.since.first
        for line in text.lines
        if line.section not in NO_WORK and not _is_school(line, text)
        for span in spans.get(line.number, ())
    ]
    return Career(roles=roles, today=now, earliest=min(outside, default=None), is_open=today is None)


def _work(text: Text) -> list[Line]:
    """Return the lines under work headings; without such a heading, all lines outside other sections."""
    lines = [line for line in text.lines if line.section is Section.EXPERIENCE]
    lines = lines or [line for line in text.lines if line.section in (Section.HEAD, Section.OTHER)]
    return [line for line in lines if not line.is_heading]


def _is_school(line: Line, text: Text) -> bool:
    """Whether `line` or a neighbour in its block names a degree: then its date belongs to education."""
    near = [line]
    if not line.opens and line.number:
        near.append(text.lines[line.number - 1])
    behind = text.lines[line.number + 1 : line.number + 2]
    near += [
        other for other in behind if not other.opens and not other.is_item and not dates.spans(other.text)
    ]
    return any(_names_school(other) for other in near if other.section == line.section)


def _names_school(line: Line) -> bool:
    return not line.is_item and degrees.highest(line.tokens) > 0


def _roles(work: list[Line], spans: dict[int, list[Span]]) -> Iterator[Role]:
    """Split the lines into roles: each begins with the lines above or beside its date."""
    if not spans:
        return
    place = {line.number: at for at, line in enumerate(work)}
    dated = [place[number] for number in spans]
    if _dates_trail(work, dated):
        yield from _trailing(work, spans, dated)
        return
    starts = [_start(work, at, spans) for at in dated]
    for step, (start, at) in enumerate(zip(starts, dated, strict=True)):
        end = starts[step + 1] if step + 1 < len(starts) else len(work)
        yield Role(tuple(work[start : max(end, at + 1)]), tuple(_ranged(spans[work[at].number])))


def _ranged(spans: list[Span]) -> list[Span]:
    """Return the spans that last; a single moment counts only if there is nothing else."""
    return [span for span in spans if span.until != span.since] or spans[:1]


def _dates_trail(work: list[Line], dated: list[int]) -> bool:
    """Whether roles come before their dates, as when the column of dates is read last."""
    before = work[: dated[0]]
    return len(before) > HEADER_LINES and any(line.is_item for line in before[HEADER_LINES - 1 :])


def _trailing(work: list[Line], spans: dict[int, list[Span]], dated: list[int]) -> Iterator[Role]:
    """Give each date the text since the date before; dates in a row share it."""
    begin, at = 0, 0
    while at < len(dated):
        last = at
        while last + 1 < len(dated) and not any(line.is_item for line in work[dated[last] : dated[last + 1]]):
            last += 1
        shared = [span for place in dated[at : last + 1] for span in _ranged(spans[work[place].number])]
        yield Role(tuple(work[begin : dated[last] + 1]), tuple(shared))
        begin, at = dated[last] + 1, last + 1


def _start(work: list[Line], at: int, spans: dict[int, list[Span]]) -> int:
    """Return the first line of the role dated in line `at`, with the lines above that may name it."""
    start = at
    while start > max(0, at - HEADER_LINES) and not work[start].opens and not work[start].is_item:
        above = work[start - 1]
        if above.is_item or above.number in spans or not _may_name(above):
            break
        start -= 1
    return start


def _may_name(line: Line) -> bool:
    return (
        len(line.text) <= HEADER_CHARS
        and not line.text.endswith((".", ",", ";"))
        and not line.text[0].islower()
    )
