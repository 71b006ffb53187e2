"""The verdict of the rules on a résumé for a job, with its thresholds. Pure: equal input, equal bytes."""

from dataclasses import dataclass

from candidates.evaluations.answers import Answer, CriterionAnswer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import (
    credentials,
    document_kind,
    person,
    quotes,
    skills,
    stuffing,
    text_language,
    timeline,
)
from gpu_worker.engines.rules.document_kind import DocumentKind
from gpu_worker.engines.rules.findings import NOTHING, Finding
from gpu_worker.engines.rules.parsed_resume import ParsedResume
from gpu_worker.engines.rules.text import Text, read_pages
from jobs.criteria import Weight, requirements
from jobs.criteria.requirements import Requirement
from models_admin.models.thresholds import Thresholds

SELF = "Keyword rules, no understanding."
LONGEST_LIST = 150  # characters
LONGEST_NAME = 60
CREDIT = {Met.MET: 1.0, Met.PARTLY: 0.5, Met.NOT_MET: 0.0, Met.NO_EVIDENCE: 0.0}


@dataclass(frozen=True)
class Judged:
    requirement: Requirement
    finding: Finding

    @property
    def name(self) -> str:
        text = self.requirement.text
        return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1].rsplit(" ", 1)[0] + "…"

    @property
    def remark(self) -> str:
        """The name with its note."""
        return f"{self.name} ({self.finding.note})" if self.finding.note else self.name

    def is_(self, *verdicts: Met) -> bool:
        return self.finding.verdict in verdicts


def evaluate(request: Request, thresholds: Thresholds) -> Answer:
    """Judge one résumé for one job."""
    text = read_pages(request.pages)
    if text.is_empty:
        return _answer("Needs Review", "The document has no text layer, only images. A person has to look.")
    what = document_kind.kind_of(text)
    if what in (DocumentKind.INVOICE, DocumentKind.LETTER):
        return _answer("Invalid", f"This is {what.value}, not a résumé.")
    address = person.email(text)
    who = {"name": person.name(text, address), "email": address, "phone": person.phone(text)}
    resume = _parsed_resume(text.without(who["name"]), request)
    judged = [Judged(requirement, _finding(requirement, resume)) for requirement in _wanted(request)]
    outcome, reason = _verdict(judged, thresholds, what, resume)
    if outcome == "Rejected" and (why := _unsure(text, request)):
        outcome, reason = "Needs Review", f"{why} {reason}"
    return _answer(outcome, reason, criteria=[_criterion(one) for one in judged], **who)


def _unsure(text: Text, request: Request) -> str:
    """Return why `text` is too uncertain for a rejection; "" if it is not."""
    if not text.is_whole:
        return "Not all of the document could be read as text."
    own = text_language.language_of(" ".join(line.text for line in text.lines))
    wanted = text_language.language_of(
        " ".join([request.job_description, *(one.text for one in request.criteria)])
    )
    if own and wanted and own != wanted:
        return f"The résumé is in {own}, the job in {wanted}."
    return ""


def _wanted(request: Request) -> list[Requirement]:
    """Return the job's criteria; without any, those drawn from its description."""
    if request.criteria:
        return [requirements.parsed(criterion) for criterion in request.criteria]
    return requirements.drawn(request.job_description)


def _parsed_resume(text: Text, request: Request) -> ParsedResume:
    career = timeline.career_of(text, request.as_of)
    in_roles = frozenset(line.number for role in career.roles for line in role.lines)
    return ParsedResume(
        text=text,
        career=career,
        pasted=stuffing.pasted(text, request.job_description),
        stuffed=stuffing.is_stuffed(text, in_roles),
    )


def _finding(requirement: Requirement, resume: ParsedResume) -> Finding:
    match requirement.kind:
        case requirements.Kind.TERM:
            return skills.named(requirement, resume)
        case requirements.Kind.YEARS if requirement.groups:
            return skills.for_years(requirement, resume)
        case requirements.Kind.YEARS:
            return credentials.experience(requirement, resume)
        case requirements.Kind.DEGREE:
            return credentials.degree(requirement, resume)
        case requirements.Kind.LANGUAGE:
            return credentials.language(requirement, resume)
        case requirements.Kind.PERMIT:
            return credentials.permit(requirement, resume)
        case requirements.Kind.UNKNOWN:
            return NOTHING


def _criterion(judged: Judged) -> CriterionAnswer:
    finding, requirement = judged.finding, judged.requirement
    names = [finding.written, *(term.written for group in requirement.groups for term in group)]
    line = finding.line
    return CriterionAnswer(
        key=requirement.key[:120],
        verdict=finding.verdict,
        quote=quotes.quote_of(line, names) if line else None,
        page=line.page if line else None,
    )


def _answer(outcome: str, reason: str, **more: object) -> Answer:
    words = reason if len(reason) <= 560 else reason[:559].rsplit(" ", 1)[0] + "…"
    return Answer.model_validate({"outcome": outcome, "reason": f"{words} {SELF}", **more})


def _verdict(
    judged: list[Judged], thresholds: Thresholds, what: DocumentKind, resume: ParsedResume
) -> tuple[str, str]:
    gates = [one for one in judged if one.requirement.weight is Weight.KNOCK_OUT and _can_judge(one)]
    contradicted = [one for one in gates if one.finding.is_contradiction]
    if contradicted:
        return "Rejected", f"The résumé itself contradicts a knock-out: {_listed(contradicted)}."
    scored = [one for one in judged if one.requirement.weight is Weight.MUST and _can_judge(one)]
    unknown = [one for one in judged if one.requirement.weight is not Weight.NICE and not _can_judge(one)]
    aside = f" Rules cannot judge: {_listed(unknown)}." if unknown else ""
    if len(scored) < thresholds.least_terms:
        return "Needs Review", (
            f"The job names {len(scored)} required terms that rules can look for, "
            f"fewer than {thresholds.least_terms}. A person has to decide.{aside}"
        )
    share = sum(CREDIT[one.finding.verdict] for one in scored) / len(scored)
    words = _words(scored, share) + aside
    if what is DocumentKind.UNCLEAR:
        return "Needs Review", f"The document has no résumé sections. {words}"
    from_share = f"Shortlisted from {thresholds.shortlist_share:.0%}."
    if share >= thresholds.shortlist_share:
        doubt = _doubt(scored, gates, resume)
        return (
            ("Needs Review", f"{doubt} {words} {from_share}")
            if doubt
            else ("Shortlisted", f"{words} {from_share}")
        )
    if share < thresholds.reject_share:
        return "Rejected", f"{words} Rejected below {thresholds.reject_share:.0%}."
    return "Needs Review", f"{words} {from_share}"


def _can_judge(judged: Judged) -> bool:
    """Whether rules can look for it; if not, it counts neither for nor against anybody."""
    return judged.requirement.kind is not requirements.Kind.UNKNOWN


def _doubt(scored: list[Judged], gates: list[Judged], resume: ParsedResume) -> str:
    """Return why a person has to look although enough was found; "" without a doubt."""
    if silent := [one for one in gates if not one.is_(Met.MET)]:
        return f"Ask about: {_listed(silent)}."
    if any(one.is_(Met.NOT_MET) for one in scored):
        return "A required term is not met."
    if _only_lists(scored, resume):
        return "The terms are only listed; no role shows any of them."
    return ""


def _only_lists(scored: list[Judged], resume: ParsedResume) -> bool:
    """Whether the roles list duties, and none of them names a term that was found."""
    found = [
        one.finding.is_shown for one in scored if one.requirement.groups and one.is_(Met.MET, Met.PARTLY)
    ]
    return resume.tells_of_work and bool(found) and not any(found)


def _words(scored: list[Judged], share: float) -> str:
    found = [one for one in scored if one.is_(Met.MET)]
    partly = [one for one in scored if one.is_(Met.PARTLY)]
    failed = [one for one in scored if one.is_(Met.NOT_MET)]
    missing = [one for one in scored if one.is_(Met.NO_EVIDENCE)]
    said = f"{len(found)} of {len(scored)} required terms found ({share:.0%})"
    said += f": {_listed(found)}." if found else "."
    said += f" Partly: {_listed(partly)}." if partly else ""
    said += f" Not met: {_listed(failed)}." if failed else ""
    return said + (f" Missing: {_listed(missing)}." if missing else "")


def _listed(judged: list[Judged]) -> str:
    text = ", ".join(one.remark for one in judged)
    return text if len(text) <= LONGEST_LIST else text[:LONGEST_LIST].rsplit(", ", 1)[0] + ", …"
