"""Degrees in a line: 1 bachelor, 2 master, 3 doctorate. MS Office is none, nor is a Scrum Master."""

from collections.abc import Iterator

from jobs.criteria.tokens import Token
from jobs.criteria.vocabulary import DEGREES

SCHOOLS = frozenset(["university", "college", "institute", "school", "academy", "polytechnic"])
OF_A_SUBJECT = frozenset(["of", "in", "degree", "degrees", "or", "and", "level"])
NO_DEGREE_AFTER = frozenset(["scrum", "web", "high", "large", "great", "360"])
NO_DEGREE_BEFORE = frozenset(["office", "sql", "excel", "word", "access", "project", "windows", "teams"])


def highest(row: tuple[Token, ...]) -> int:
    """The highest degree that `row` names, 0 where it names none."""
    return max(_ranks(row), default=0)


def lowest(row: tuple[Token, ...]) -> int:
    """The degree that is enough for a job: “Bachelor's or Master's degree” asks for a bachelor."""
    named = list(_ranks(row, besides="degree"))
    return min(named or _ranks(row), default=0)


def _ranks(row: tuple[Token, ...], besides: str = "") -> Iterator[int]:
    for at, token in enumerate(row):
        for form in token.forms - {besides}:
            if form in DEGREES and _is_degree(row, at, form):
                yield DEGREES[form]


def _is_degree(row: tuple[Token, ...], at: int, form: str) -> bool:
    before = row[at - 1].text.casefold() if at else ""
    behind = row[at + 1].text.casefold() if at + 1 < len(row) else ""
    if before in NO_DEGREE_AFTER or behind in NO_DEGREE_BEFORE:
        return False
    if form == "master" and not _is_possessive(row[at]):
        return behind in OF_A_SUBJECT or before in ("or", "bachelor", "bachelor's")
    if len(form.replace(".", "")) > 2:
        return True
    return row[at].text.isupper() and (
        at == 0 or before.isdigit() or behind in OF_A_SUBJECT or any(SCHOOLS & other.forms for other in row)
    )


def _is_possessive(token: Token) -> bool:
    return token.text.casefold().endswith(("'s", "’s"))
