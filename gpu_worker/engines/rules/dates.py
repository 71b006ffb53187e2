"""Time spans in a line, in the notations of résumés. Pure; months are counted from the year 0."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

MONTHS = {
    1: "january jan januar jän jänner janvier janv enero ene",
    2: "february feb februar février fevrier févr fév fevr febrero",
    3: "march mar märz maerz mär mrz mars marzo",
    4: "april apr avril avr abril abr",
    5: "may mai mayo",
    6: "june jun juni juin junio",
    7: "july jul juli juillet juil julio",
    8: "august aug août aout agosto ago",
    9: "september sept sep septembre septiembre setiembre",
    10: "october oct oktober okt octobre octubre",
    11: "november nov novembre noviembre",
    12: "december dec dezember dez décembre decembre déc diciembre dic",
}
MONTH_OF = {name: number for number, names in MONTHS.items() for name in names.split()}
# First and last month.
SEASONS = {
    "spring": (3, 5), "frühjahr": (3, 5), "frühling": (3, 5), "printemps": (3, 5), "primavera": (3, 5),
    "summer": (6, 8), "sommer": (6, 8), "été": (6, 8), "verano": (6, 8),
    "autumn": (9, 11), "fall": (9, 11), "herbst": (9, 11), "automne": (9, 11), "otoño": (9, 11),
    "winter": (1, 3), "hiver": (1, 3), "invierno": (1, 3),
    "q1": (1, 3), "q2": (4, 6), "q3": (7, 9), "q4": (10, 12),
}  # fmt: skip
NOW = (
    "present|now|today|current(?:ly)?|ongoing|to date|date|heute|jetzt|laufend|aktuell|aujourd['’]hui|ce jour|présent|en cours"
    "|actualidad|actualmente|actual|presente|la fecha|hoy"
)
_NAME = "|".join(sorted(map(re.escape, MONTH_OF), key=len, reverse=True))
_SEASON = "|".join(map(re.escape, SEASONS))
_YEAR = r"(?:19[5-9]\d|20\d\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:1[0-2]|0?[1-9])"


# The notations of a moment, the longest first.
_SHAPES = (
    rf"(?:{_DAY}(?:\.|st|nd|rd|th)?\s+)?(?P<name>{_NAME})\b\.?,?\s*(?:{_DAY}(?:st|nd|rd|th)?,\s*)?(?:del?\s+)?(?:(?P<named>{_YEAR})|['’](?P<short>\d\d))(?!\d)",
    rf"(?P<season>{_SEASON})\s+(?:of\s+)?(?P<seasoned>{_YEAR})(?!\d)",
    rf"{_DAY}[./-](?P<daymonth>{_MONTH})[./-](?P<dayyear>{_YEAR})(?!\d)",
    rf"(?P<isoyear>{_YEAR})[./-](?P<isomonth>0[1-9]|1[0-2])(?:[./-]{_DAY})?(?!\d)",
    rf"(?P<month>{_MONTH})\s?[./-]\s?(?P<year>{_YEAR})(?!\d)",
    r"(?P<tinymonth>0[1-9]|1[0-2])/(?P<tiny>\d\d)(?!\d|/)",
    rf"(?P<alone>{_YEAR})(?!\d)",
)
MOMENT = re.compile(rf"(?i)(?<![\w.])(?:{'|'.join(_SHAPES)})")
NAME_ALONE = re.compile(rf"(?i)(?<!\w)({_NAME})\b\.?(?!\s*[\d'’])")
TO = r"\s*(?:[-‐‑‒–—―−~→>]+|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bbis\b|\bà\b|\bau\b|\ba\b|\bal\b|\bhasta\b|\bjusqu['’]à\b)\s*(?:\b(?:the|zu[mr]?|la|l['’]|à|al)\s*\b)?"
BETWEEN = re.compile(rf"(?i){TO}")
IS_NOW = re.compile(rf"(?i){TO}(?:{NOW})\b")
SINCE = re.compile(r"(?i)\b(?:since|seit|depuis(?: le)?|desde|from|ab)\s*$")
OPEN_END = re.compile(r"\s*[-–—]\s*(?:$|[|)\],;])")
SHORT_END = re.compile(r"\s*[-–/]\s*(\d\d)(?![\d/.])")


@dataclass(frozen=True)
class Moment:
    """The first and last month that it may mean: a bare year is any of twelve."""

    first: int
    last: int

    @property
    def is_year(self) -> bool:
        return self.last - self.first == 11


@dataclass(frozen=True)
class Span:
    """From one moment to another; `until` is None if it goes on. `start` and `end` are offsets in the line."""

    since: Moment
    until: Moment | None
    start: int
    end: int


def month(day: date) -> int:
    return day.year * 12 + day.month - 1


def spans(line: str) -> list[Span]:
    """Return the time spans in `line`, in order. A single moment is a span of its own."""
    found: list[Span] = []
    moments = list(_moments(line))
    at = 0
    while at < len(moments):
        moment, start, end = moments[at]
        behind = moments[at + 1] if at + 1 < len(moments) else None
        if behind and BETWEEN.fullmatch(line[end : behind[1]]):
            found.append(_ordered(moment, behind[0], start, behind[2]))
            at += 2
            continue
        found.append(_alone(line, moment, start, end))
        at += 1
    return found


def _alone(line: str, moment: Moment, start: int, end: int) -> Span:
    """Return the span of a `moment` without a second one: open, ending in a short year, or the moment itself."""
    if now := IS_NOW.match(line, end):
        return Span(moment, None, start, now.end())
    if SINCE.search(line[:start]) or OPEN_END.match(line, end):
        return Span(moment, None, start, end)
    if moment.is_year and (short := SHORT_END.match(line, end)):
        year = moment.first // 12 // 100 * 100 + int(short.group(1))
        if 0 <= year - moment.first // 12 <= 50:
            return Span(moment, _year(year), start, short.end())
    if name := _month_before(line, start):
        return Span(
            Moment(moment.first // 12 * 12 + name[0], moment.first // 12 * 12 + name[0]), moment, name[1], end
        )
    return Span(moment, moment, start, end)


def _month_before(line: str, start: int) -> tuple[int, int] | None:
    """Return the month of “May – Aug 2022”, which shares its year, and its offset."""
    before = line[:start]
    names = list(NAME_ALONE.finditer(before))
    if names and BETWEEN.fullmatch(before[names[-1].end() :]):
        return MONTH_OF[names[-1].group(1).casefold()] - 1, names[-1].start()
    return None


def _ordered(one: Moment, other: Moment, start: int, end: int) -> Span:
    first, last = sorted((one, other), key=lambda moment: moment.first)
    return Span(first, last, start, end)


def _moments(line: str) -> Iterator[tuple[Moment, int, int]]:
    for match in MOMENT.finditer(line):
        moment = _read({name: value for name, value in match.groupdict().items() if value})
        if moment:
            yield moment, match.start(), match.end()


def _read(said: dict[str, str]) -> Moment | None:
    if "name" in said:
        year = int(said["named"]) if "named" in said else _century(int(said["short"]))
        return _month(year, MONTH_OF[said["name"].casefold()])
    if "season" in said:
        first, last = SEASONS[said["season"].casefold()]
        return Moment(int(said["seasoned"]) * 12 + first - 1, int(said["seasoned"]) * 12 + last - 1)
    if "dayyear" in said:
        return _month(int(said["dayyear"]), int(said["daymonth"]))
    if "isoyear" in said:
        return _month(int(said["isoyear"]), int(said["isomonth"]))
    if "year" in said:
        return _month(int(said["year"]), int(said["month"]))
    if "tiny" in said:
        return _month(_century(int(said["tiny"])), int(said["tinymonth"]))
    return _year(int(said["alone"]))


def _century(short: int) -> int:
    return 2000 + short if short < 50 else 1900 + short


def _month(year: int, number: int) -> Moment:
    return Moment(year * 12 + number - 1, year * 12 + number - 1)


def _year(year: int) -> Moment:
    return Moment(year * 12, year * 12 + 11)
