"""Total years of experience, degrees, languages and work permits, as a résumé states them."""

import re
from collections.abc import Iterator

from candidates.evaluations.answers import Met
from gpu_worker.engines.rules.findings import NOTHING, Finding, best, together
from gpu_worker.engines.rules.parsed_resume import ParsedResume
from gpu_worker.engines.rules.sections import Section
from gpu_worker.engines.rules.text import Line
from jobs.criteria import degrees, languages, permits, years
from jobs.criteria.requirements import Requirement

TOTAL = re.compile(
    r"(?i)^\s*(?:of\s+)?(?:[\w-]+\s+){0,3}?(?:experience|career|practice|erfahrung|berufserfahrung|d['’]expérience|de experiencia)\b(?!\s+(?:with|in|using|of|as|mit|en)\b)"
)
STANDS_IN_YEARS = 5  # of experience, if experience may replace a degree
MUCH_LESS = 2  # levels of a language below what is asked for


def experience(requirement: Requirement, resume: ParsedResume) -> Finding:
    """Compare total years: the sum of the roles' dates or the stated number, whichever is more."""
    wanted, career = requirement.number * 12, resume.career
    stated, line = max(_stated(resume), key=lambda pair: pair[0], default=(0.0, None))
    months = career.months()
    counted = max(round(stated * 12), months.likely)
    if not counted:
        return NOTHING
    if line is None or months.likely >= stated * 12:
        line = career.roles[0].lines[0] if career.roles else line
    note = f"{years.in_words(round(counted / 12, 1))} counted"
    if counted >= wanted - 1:
        return Finding(Met.MET, line, note)
    if months.most >= wanted - 1:
        return Finding(Met.PARTLY, line, note)
    return Finding(Met.NOT_MET, line, note, is_contradiction=_is_surely_less(wanted, resume, stated))


def _is_surely_less(wanted: float, resume: ParsedResume, stated: float) -> bool:
    """Whether the résumé itself rules it out: in words, or because its first date is too recent."""
    most = resume.career.most_months
    in_words = any(number * 12 < wanted for number, _ in _totals(resume)) and stated * 12 < wanted
    return in_words or (bool(resume.career.roles) and most is not None and most < wanted - 1)


def _stated(resume: ParsedResume) -> Iterator[tuple[float, Line]]:
    """Yield every number of years of experience that a line states, whatever it is about."""
    for line in resume.text.lines:
        if line.number in resume.pasted:
            continue
        for found in years.stated(line.text):
            if line.section is Section.HEAD or years.speaks_of_experience(line.text):
                yield found.number, line


def _totals(resume: ParsedResume) -> Iterator[tuple[float, Line]]:
    """Yield those about the whole career: “2 years of experience” without naming a subject."""
    for number, line in _stated(resume):
        if any(
            found.number == number and TOTAL.match(line.text[found.end :])
            for found in years.stated(line.text)
        ):
            yield number, line


def degree(requirement: Requirement, resume: ParsedResume) -> Finding:
    """Look for the degree or a higher one, in its field. A lower one or another field is partly met."""
    found = best(_degrees(requirement, resume))
    if requirement.replaceable and found.verdict is not Met.MET:
        if resume.career.months().likely >= STANDS_IN_YEARS * 12:
            line = found.line or resume.career.roles[0].lines[0]
            return Finding(Met.MET, line, "experience instead")
        return NOTHING if found.verdict is Met.NO_EVIDENCE else found
    return found


def _degrees(requirement: Requirement, resume: ParsedResume) -> Iterator[Finding]:
    for line in resume.text.lines:
        rank = degrees.highest(line.tokens) if line.number not in resume.pasted else 0
        if not rank or degrees.is_missing(line.text) or (line.section is Section.EXPERIENCE and line.is_item):
            continue
        fields = degrees.fields(_entry(line, resume))
        right = not requirement.fields or degrees.is_near(
            requirement.fields, fields, related=requirement.related
        )
        if degrees.is_unfinished(line.text):
            yield Finding(Met.PARTLY, line, "not finished")
        elif rank < requirement.number:
            yield Finding(Met.PARTLY, line, "a lower degree")
        elif right:
            yield Finding(Met.MET, line)
        else:
            yield Finding(Met.PARTLY, line, "another field" if fields else "field not named")


def _entry(line: Line, resume: ParsedResume) -> str:
    """Return the line with the degree, or with its neighbours in the block if it names no subject."""
    lines = resume.text.lines
    behind = [
        other for other in lines[line.number + 1 : line.number + 2] if not other.opens and not other.is_item
    ]
    before = [] if line.opens or not line.number else [lines[line.number - 1]]
    own = degrees.fields(line.text)
    if own:
        return line.text
    return " ".join(other.text for other in [*before, line, *behind] if other.section == line.section)


def language(requirement: Requirement, resume: ParsedResume) -> Finding:
    """Look for every language, or for any of them, at the required level or a higher one."""
    found = [_language(name, int(requirement.number), resume) for name in requirement.languages]
    return best(found) if requirement.either else together(found)


def _language(name: str, wanted: int, resume: ParsedResume) -> Finding:
    stated = [(level, line) for level, line in _spoken(name, resume)]
    if not stated:
        return NOTHING
    level, line = max(stated, key=lambda pair: pair[0])
    if level >= wanted or (level == 0 and wanted == 0):
        return Finding(Met.MET, line, "", name)
    if level == 0:
        return Finding(Met.PARTLY, line, "level not stated", name)
    surely_less = wanted - level >= MUCH_LESS
    return Finding(
        Met.NOT_MET if surely_less else Met.PARTLY, line, "a lower level", name, is_contradiction=surely_less
    )


def _spoken(name: str, resume: ParsedResume) -> Iterator[tuple[int, Line]]:
    """Yield the levels of the language `name`; 0 if a list of languages only names it."""
    for line in resume.text.lines:
        if line.number in resume.pasted:
            continue
        for found in languages.spoken(line.nameless):
            in_list = line.section is Section.LANGUAGES or languages.says_languages(line.text)
            if found.language == name and (found.level or in_list):
                yield found.level or _level_behind(line, resume), line


def _level_behind(line: Line, resume: ParsedResume) -> int:
    """Return the level on the next line, if a narrow column holds only the name."""
    behind = resume.text.lines[line.number + 1 : line.number + 2]
    alone = len(line.tokens) == 1
    return (
        languages.level_of(behind[0].text)
        if alone and behind and not list(languages.spoken(behind[0].text))
        else 0
    )


def permit(requirement: Requirement, resume: ParsedResume) -> Finding:
    """Look for what the résumé says about a work permit; most say nothing."""
    for line in resume.text.lines:
        if line.number not in resume.pasted and permits.lacks(line.text):
            return Finding(Met.NOT_MET, line, "the résumé says so", is_contradiction=True)
    for line in resume.text.lines:
        if line.number not in resume.pasted and permits.has(line.text):
            return Finding(Met.MET, line)
    return NOTHING
