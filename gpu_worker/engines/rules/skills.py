"""Skills: whether a résumé names them, shows them in roles, for how long, and how recently."""

from collections.abc import Iterable, Sequence

from candidates.evaluations.answers import Met
from gpu_worker.engines.rules import matching
from gpu_worker.engines.rules.findings import NOTHING, Finding, best, together
from gpu_worker.engines.rules.matching import Mention
from gpu_worker.engines.rules.negation import Stance
from gpu_worker.engines.rules.parsed_resume import ParsedResume
from gpu_worker.engines.rules.text import Line
from jobs.criteria import years
from jobs.criteria.requirements import Requirement
from jobs.criteria.terms import Alternatives, Term

STALE_YEARS = 8  # since the last use; then an unlisted skill counts in part
NEAR_CHARS = 40  # at most between a skill and its years: “Python (6 years)”


def named(requirement: Requirement, resume: ParsedResume) -> Finding:
    """Look for every group of `requirement`, used recently enough."""
    within = requirement.recent_years
    return together([best(_term(term, resume, within) for term in group) for group in requirement.groups])


def for_years(requirement: Requirement, resume: ParsedResume) -> Finding:
    """Compare the years of use of each group with what `requirement` asks for."""
    return together([_years(group, requirement.number, resume) for group in requirement.groups])


def _term(term: Term, resume: ParsedResume, recent_years: int) -> Finding:
    mentions = matching.mentions(term, resume.text)
    known = [mention for mention in mentions if mention.stance is Stance.KNOWS]
    if known:
        denied = _first(mentions, Stance.DENIES)
        return _contradicted(denied) if denied else _known(known, resume, recent_years)
    if learns := _first(mentions, Stance.LEARNS):
        return Finding(Met.PARTLY, learns.line, "learning it", learns.written)
    if denied := _first(mentions, Stance.DENIES):
        return Finding(Met.NOT_MET, denied.line, "the résumé says so", denied.written, is_contradiction=True)
    return _hinted(term, resume)


def _contradicted(denied: Mention) -> Finding:
    return Finding(Met.PARTLY, denied.line, "named and denied", denied.written)


def _known(known: Sequence[Mention], resume: ParsedResume, recent_years: int) -> Finding:
    believed = [mention for mention in known if resume.is_believed(mention.line)]
    if not believed:
        pasted = all(mention.line.number in resume.pasted for mention in known)
        note = "only in text copied from the job description" if pasted else "only in a very long list"
        return Finding(Met.PARTLY, known[0].line, note, known[0].written)
    best_shown = min(believed, key=lambda mention: _rank(mention, resume))
    listed = any(not resume.shows(mention.line) for mention in believed)
    last = resume.career.last(resume.roles_of(*(mention.line for mention in believed)))
    limit_years = recent_years or (0 if listed else STALE_YEARS)
    if limit_years and last is not None and resume.career.today - last > limit_years * 12:
        return Finding(Met.PARTLY, best_shown.line, f"last used {last // 12}", best_shown.written)
    return Finding(Met.MET, best_shown.line, "", best_shown.written, is_shown=resume.shows(best_shown.line))


def _rank(mention: Mention, resume: ParsedResume) -> tuple[bool, bool, int]:
    """Sort shown work first, then lines without the person's name, then by document order."""
    return not resume.shows(mention.line), mention.line.is_named, mention.line.number


def _hinted(term: Term, resume: ParsedResume) -> Finding:
    """Look for weaker evidence of `term`: something that implies it, or its words in separate places."""
    signs = [mention for mention in matching.signs(term, resume.text) if mention.stance is Stance.KNOWS]
    if signs:
        return Finding(Met.PARTLY, signs[0].line, f"{signs[0].written} only", signs[0].written)
    if len(term.words) > 1 and all(word in resume.text.words for word in term.words):
        return Finding(Met.PARTLY, None, "only its words, in separate places")
    return NOTHING


def _first(mentions: Iterable[Mention], stance: Stance) -> Mention | None:
    return next((mention for mention in mentions if mention.stance is stance), None)


def _years(group: Alternatives, wanted: float, resume: ParsedResume) -> Finding:
    found = best(_term(term, resume, 0) for term in group)
    if found.verdict in (Met.NO_EVIDENCE, Met.NOT_MET):
        return _unnamed(group, wanted, resume, found)
    mentions = [mention for term in group for mention in matching.mentions(term, resume.text)]
    lines = [mention.line for mention in mentions if mention.stance is Stance.KNOWS]
    stated = max(
        (years for mention in mentions for years in _stated(mention)),
        default=(0.0, None),
        key=lambda pair: pair[0],
    )
    roles = resume.roles_of(*lines)
    months = resume.career.months(roles)
    counted = max(stated[0] * 12, months.likely)
    note = f"{years.in_words(round(counted / 12, 1))} counted"
    line = stated[1] if stated[1] and stated[0] * 12 >= months.likely else found.line
    if counted >= wanted * 12 - 1:
        believed = found.verdict is Met.MET
        return Finding(
            Met.MET if believed else Met.PARTLY, line, note if believed else found.note, found.written
        )
    if 0 < stated[0] < wanted and months.most < wanted * 12 - 1:
        return Finding(
            Met.NOT_MET,
            stated[1],
            f"states {years.in_words(stated[0])}",
            found.written,
            is_contradiction=True,
        )
    if _too_young(wanted, resume):
        return Finding(Met.NOT_MET, line, note, found.written, is_contradiction=True)
    return Finding(Met.PARTLY, line, note if roles else "named without dates", found.written)


def _unnamed(group: Alternatives, wanted: float, resume: ParsedResume, found: Finding) -> Finding:
    """Judge words unknown to the vocabulary by the whole career: they may describe work without naming it."""
    roles = resume.career.roles
    if any(term.is_tool for term in group) or found.verdict is Met.NOT_MET or not roles:
        return found
    if resume.career.months().likely >= wanted * 12 - 1:
        return Finding(Met.PARTLY, roles[0].lines[0], f"{_career(resume)} in all")
    return found


def _career(resume: ParsedResume) -> str:
    return years.in_words(round(resume.career.months().likely / 12, 1))


def _too_young(wanted: float, resume: ParsedResume) -> bool:
    """Whether the whole career, from its first date on, is shorter than required."""
    most = resume.career.most_months
    return most is not None and bool(resume.career.roles) and most < wanted * 12 - 1


def _stated(mention: Mention) -> Iterable[tuple[float, Line]]:
    """Yield the years that a line states next to the mention: “6 years of Python”, “Python (6 years)”."""
    text = mention.line.nameless
    place = text.casefold().find(mention.written.casefold())
    if place < 0 or mention.stance is not Stance.KNOWS:
        return
    for found in years.stated(text):
        gap = (
            text[found.end : place]
            if found.end <= place
            else text[place + len(mention.written) : found.start]
        )
        if len(gap) <= NEAR_CHARS and not any(mark in gap for mark in ",;"):
            yield found.number, mention.line
