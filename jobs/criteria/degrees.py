"""Degrees in a line: 1 bachelor, 2 master, 3 doctorate. MS Office and Scrum Master are no degrees."""

import re
from collections.abc import Iterator

from jobs.criteria.tokens import Token
from jobs.criteria.vocabulary import DEGREES

SCHOOLS = frozenset(
    "university college institute school academy polytechnic universität hochschule fachhochschule université école"
    " ecole universidad universitat università".split()
)
OF_A_SUBJECT = frozenset(["of", "in", "degree", "degrees", "or", "and", "level", "thesis"])
NO_DEGREE_AFTER = frozenset(["scrum", "web", "high", "large", "great", "360"])
NO_DEGREE_BEFORE = frozenset(["office", "sql", "excel", "word", "access", "project", "windows", "teams"])
NAMES = {1: "Bachelor's degree", 2: "Master's degree", 3: "Doctorate"}
UNFINISHED = re.compile(
    r"(?i)\b(?:expected|ongoing|in progress|not completed|unfinished|dropped out|discontinued|abandoned|candidate"
    r"|pursuing|studying towards|voraussichtlich|abgebrochen|en cours|en curso)\b"
)
MISSING = re.compile(
    r"(?i)\b(?:without|no)\s+(?:an?\s+|any\s+|the\s+)?(?:\w+\s+)?(?:degree|diploma|bachelor|master)\b"
)
IN_ITS_PLACE = re.compile(
    r"(?i)\b(?:equivalent|or (?:comparable|relevant|similar) (?:work )?experience|gleichwertig\w*)\b"
)
RELATED = re.compile(
    r"(?i)\b(?:related|similar|comparable|relevant|adjacent|equivalent|any|stem|technical|verwandt\w*)\b"
)

# Fields, and the subjects in each. The first that a line names is its field.
FIELDS = {
    "computing": r"computer (?:science|engineering)|computing|cs|informati(?:cs|k)|wirtschaftsinformatik|informatique|informática"
    r"|software(?: engineering)?|information (?:technology|systems)|it|data science|artificial intelligence|machine learning|cyber ?security",
    "mathematics": r"math\w*|statistics|physics|physik|actuarial science|operations research",
    "engineering": r"(?:electrical|mechanical|civil|industrial|chemical|electronic|aerospace|automotive|mechatronic|process)\w* engineering"
    r"|engineering|ingenieur\w*|maschinenbau|elektrotechnik|mechatroni\w+|robotics",
    "business": r"business(?: administration)?|economics|finance|accounting|accountancy|management|commerce|marketing|betriebswirtschaft\w*|bwl"
    r"|international trade|taxation|auditing|banking",
    "logistics": r"logistics|supply chain(?: management)?|transport(?:ation)?|operations management",
    "health": r"nursing|medicine|pharmacy|public health|health\w*|physiotherapy|midwifery|biomedical\w*|pflege\w*",
    "science": r"biology|chemistry|biochemistry|life sciences?|environmental science|geology|biotechnology",
    "design": r"(?:graphic|industrial|interaction|product|visual|communication) design|design|fine arts?|architecture|hci|human[- ]computer interaction",
    "humanities": r"history|philosophy|literature|linguistics|sociology|psychology|political science|education|journalism|law|anthropology|english|music|theology",
}  # fmt: skip
FIELD = {name: re.compile(rf"(?i)(?<![\w-])(?:{subjects})(?![\w-])") for name, subjects in FIELDS.items()}
NEAR = (
    frozenset(["computing", "mathematics", "engineering"]),
    frozenset(["business", "logistics"]),
    frozenset(["health", "science"]),
)


def highest(row: tuple[Token, ...]) -> int:
    """Return the highest degree that `row` names, 0 if none."""
    return max(_ranks(row), default=0)


def lowest(row: tuple[Token, ...]) -> int:
    """Return the least degree that a job accepts: “Bachelor's or Master's degree” asks for a bachelor."""
    named = list(_ranks(row, besides="degree"))
    return min(named or _ranks(row), default=0)


def is_missing(line: str) -> bool:
    return MISSING.search(line) is not None


def is_unfinished(line: str) -> bool:
    return UNFINISHED.search(line) is not None


def named(rank: int, line: str) -> str:
    """Return the degree that `line` asks for: “Master's degree in physics or a related field”."""
    subjects = [match for field in FIELD.values() if (match := field.search(line))]
    if not subjects:
        return NAMES[rank]
    first = min(subjects, key=lambda match: match.start()).group()
    return f"{NAMES[rank]} in {first}" + (" or a related field" if RELATED.search(line) else "")


def fields(line: str) -> frozenset[str]:
    """Return the fields of the subjects that `line` names."""
    return frozenset(name for name, subjects in FIELD.items() if subjects.search(line))


def is_near(one: frozenset[str], other: frozenset[str], *, related: bool) -> bool:
    """Whether both share a field; with `related`, a neighbouring field is enough."""
    if one & other:
        return True
    return related and any(one & near and other & near for near in NEAR)


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
    if form == "doctor":  # otherwise it is a profession
        return behind == "of"
    if form == "master" and not _is_possessive(row[at]):
        named = " ".join(token.text for token in row[at + 1 : at + 3])
        return behind in OF_A_SUBJECT or before in ("or", "bachelor", "bachelor's") or bool(fields(named))
    if len(form.replace(".", "")) > 2:
        return True
    return row[at].text.isupper() and (
        at == 0 or before.isdigit() or behind in OF_A_SUBJECT or any(SCHOOLS & other.forms for other in row)
    )


def _is_possessive(token: Token) -> bool:
    return token.text.casefold().endswith(("'s", "’s"))
