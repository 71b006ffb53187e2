"""Outcomes that contradict their own criteria. Pure; loads without Django."""

from collections.abc import Sequence

from candidates.evaluations.answers import Answer, Met
from jobs.criteria import Criterion, Weight

REASON_CHARS = 600


def settled(answer: Answer, criteria: Sequence[Criterion]) -> Answer:
    """Return `answer`, but Needs Review if its outcome contradicts its verdicts on `criteria`."""
    why = contradiction(answer, criteria)
    if not why:
        return answer
    reason = f"The model said {answer.outcome}, but {why}: a person has to look. {answer.reason}"
    return answer.model_copy(update={"outcome": "Needs Review", "reason": reason[:REASON_CHARS]})


def contradiction(answer: Answer, criteria: Sequence[Criterion]) -> str:
    """Return what contradicts the outcome, as the end of a sentence; "" if nothing does.

    1. Shortlisted, but a must or a knock-out is not met.
    2. Shortlisted, but no must has any evidence.
    3. Rejected, but no criterion has any evidence: a document is not rejected for what it does not say.
    4. Rejected, but every must is met and no knock-out is contradicted.
    5. Rejected, but nothing that is required is missing: not met, or of a must partly met.
    """
    verdicts = {criterion.key: criterion.verdict for criterion in answer.criteria}
    said = [(criterion, verdicts[criterion.key]) for criterion in criteria if criterion.key in verdicts]
    musts = [verdict for criterion, verdict in said if criterion.weight is Weight.MUST]
    failed = [
        criterion
        for criterion, verdict in said
        if criterion.weight is not Weight.NICE and verdict is Met.NOT_MET
    ]
    match answer.outcome:
        case "Shortlisted" if failed:
            return f"“{failed[0].text}” is not met"
        case "Shortlisted" if musts and all(verdict is Met.NO_EVIDENCE for verdict in musts):
            return "the document has no evidence for anything that the job requires"
        case "Rejected" if said and all(verdict is Met.NO_EVIDENCE for _, verdict in said):
            return "the document has no evidence for any criterion"
        case "Rejected" if musts and not failed and all(verdict is Met.MET for verdict in musts):
            return "everything that the job requires is met"
        case "Rejected" if musts and not failed and Met.PARTLY not in musts:
            return "nothing that the job requires is said to be missing"
    return ""
