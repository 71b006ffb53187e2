"""From a résumé and a job to an answer, with the thresholds shown. Pure: equal input, equal bytes."""

import re

from candidates.answers import Answer, CriterionAnswer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import kind, person
from gpu_worker.engines.rules.kind import Kind
from gpu_worker.engines.rules.text import Line, Text, read
from jobs.criteria import Weight, degrees, requirements
from jobs.criteria.requirements import YEARS, Requirement
from models_admin.thresholds import Thresholds

SELF = "Keyword rules, no understanding."
QUOTE_CHARS = 200
CREDIT = {Met.MET: 1.0, Met.PARTLY: 0.5, Met.NOT_MET: 0.0, Met.NO_EVIDENCE: 0.0}


def evaluate(request: Request, thresholds: Thresholds) -> Answer:
    """Read one résumé for one job."""
    text = read(request.pages)
    if text.is_empty:
        return _answer("Needs Review", "The document has no text layer, only images: a person has to look.")
    what = kind.of(text)
    if what in (Kind.INVOICE, Kind.LETTER):
        return _answer("Invalid", f"This is {what.value}, not a résumé.")
    address = person.email(text)
    who = {"name": person.name(text, address), "email": address, "phone": person.phone(text)}
    wanted = requirements.drawn(request.job_description)
    nameless = text.without(who["name"])
    judged = [(requirement, _judged(requirement, nameless)) for requirement in wanted]
    outcome, reason = _verdict(judged, thresholds, what)
    if outcome == "Rejected" and not text.is_whole:
        outcome, reason = "Needs Review", f"Not all of the document could be read as text. {reason}"
    return _answer(outcome, reason, criteria=[criterion for _, criterion in judged], **who)


def _answer(outcome: str, reason: str, **more: object) -> Answer:
    return Answer.model_validate({"outcome": outcome, "reason": f"{reason} {SELF}"[:600], **more})


Judged = list[tuple[Requirement, CriterionAnswer]]


def _verdict(judged: Judged, thresholds: Thresholds, what: Kind) -> tuple[str, str]:
    scored = [
        (requirement, criterion)
        for requirement, criterion in judged
        if requirement.weight is Weight.MUST and requirement.kind is not requirements.Kind.YEARS
    ]
    if len(scored) < thresholds.least_terms:
        return "Needs Review", (
            f"The job description names {len(scored)} required terms that rules can look for, "
            f"fewer than {thresholds.least_terms}: a person has to decide."
        )
    share = sum(CREDIT[criterion.verdict] for _, criterion in scored) / len(scored)
    words = _words(scored, share)
    if what is Kind.UNCLEAR:
        return "Needs Review", f"It has no sections of a résumé. {words}"
    if share >= thresholds.shortlist_share:
        return "Shortlisted", f"{words} Shortlisted from {thresholds.shortlist_share:.0%}."
    if share < thresholds.reject_share:
        return "Rejected", f"{words} Rejected below {thresholds.reject_share:.0%}."
    return "Needs Review", f"{words} Shortlisted from {thresholds.shortlist_share:.0%}."


def _words(scored: Judged, share: float) -> str:
    found = [requirement.key for requirement, criterion in scored if criterion.verdict is Met.MET]
    missing = [requirement.key for requirement, criterion in scored if criterion.verdict is not Met.MET]
    said = f"{len(found)} of {len(scored)} required terms found ({share:.0%})"
    said += f": {_listed(found)}." if found else "."
    return said + (f" Missing: {_listed(missing)}." if missing else "")


def _listed(keys: list[str]) -> str:
    text = ", ".join(keys)
    return text if len(text) <= 180 else text[:180].rsplit(", ", 1)[0] + ", …"


def _judged(requirement: Requirement, text: Text) -> CriterionAnswer:
    match requirement.kind:
        case requirements.Kind.TERM:
            verdict, line = _term(requirement, text)
        case requirements.Kind.DEGREE:
            verdict, line = _degree(requirement, text)
        case requirements.Kind.YEARS:
            verdict, line = _years(requirement, text)
    quote = _quote(requirement, line) if line else None
    return CriterionAnswer(
        key=requirement.key[:120], verdict=verdict, quote=quote, page=line.page if line else None
    )


def _term(requirement: Requirement, text: Text) -> tuple[Met, Line | None]:
    for term in requirement.terms:
        for line in text.lines_with.get(term.words[0], []):
            if term.stands_in(line.tokens):
                return Met.MET, line
    several = [term for term in requirement.terms if len(term.words) > 1]
    scattered = any(all(word in text.words for word in term.words) for term in several)
    return (Met.PARTLY if scattered else Met.NO_EVIDENCE), None


def _degree(requirement: Requirement, text: Text) -> tuple[Met, Line | None]:
    """The same degree or a higher one; a lower one is said to be that."""
    ranks = [(degrees.highest(line.tokens), line) for line in text.lines]
    rank, line = max(ranks, key=lambda found: found[0], default=(0, None))
    if rank == 0 or line is None:
        return Met.NO_EVIDENCE, None
    return (Met.MET if rank >= requirement.number else Met.PARTLY), line


def _years(requirement: Requirement, text: Text) -> tuple[Met, Line | None]:
    """Only what the résumé itself states: rules do not count a career."""
    for line in text.lines:
        stated = YEARS.search(line.text)
        if stated and "experience" in line.text.casefold():
            return (Met.MET if int(stated.group(1)) >= requirement.number else Met.NOT_MET), line
    return Met.NO_EVIDENCE, None


def _quote(requirement: Requirement, line: Line) -> str:
    """The line as the page has it, or as much of it around the term as fits; cut between words."""
    shown = line.text if line.text in line.written or not line.written.isprintable() else line.written
    if len(shown) <= QUOTE_CHARS:
        return shown
    start = max(0, min(_place(requirement, shown) - QUOTE_CHARS // 2, len(shown) - QUOTE_CHARS))
    piece = shown[start : start + QUOTE_CHARS]
    if start:
        piece = piece[piece.find(" ") + 1 :]
    return piece.rsplit(" ", 1)[0] if start + QUOTE_CHARS < len(shown) else piece


def _place(requirement: Requirement, shown: str) -> int:
    """Where a term stands as a whole word: not the Java of an earlier JavaScript."""
    whole = (
        re.search(rf"(?i)(?<!\w){re.escape(term.words[0])}(?![\w+#])", shown) for term in requirement.terms
    )
    return next((match.start() for match in whole if match), 0)
