"""An outcome that its own criteria contradict. Pure; loads without Django."""

from collections.abc import Sequence

from candidates.evaluations.answers import Answer, Met
from jobs.criteria import Criterion, Weight

REASON_CHARS = 600


def settled(answer: Answer, criteria: Sequence[Criterion]) -> Answer:
    """`answer`, but Needs Review where its outcome does not follow from what it says of `criteria`."""
    why = contradiction(answer, criteria)
    if not why:
        return answer
    reason = f"The model said {answer.outcome}, but {why}: a person has to look. {answer.reason}"
    return answer.model_copy(update={"outcome": "Needs Review", "reason": reason[:REASON_CHARS]})


def contradiction(answer: Answer, criteria: Sequence[Criterion]) -> str:
    """What speaks against the outcome, as the end of a sentence; "" where nothing does.

    1. Shortlisted, and a must or a knock-out is not met.
    2. Shortlisted, and of all that is required nothing is shown.
    3. Rejected, and nothing at all is shown: a document is not rejected for what it does not say.
    4. Rejected, and every must is met and no knock-out contradicted.
    5. Rejected, and nothing that is required is said to be missing.
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
            return "of nothing that the job requires a quote stands in the document's text"
        case "Rejected" if said and all(verdict is Met.NO_EVIDENCE for _, verdict in said):
            return "of no criterion a quote stands in the document's text"
        case "Rejected" if musts and not failed and all(verdict is Met.MET for verdict in musts):
            return "everything that the job requires is met"
        case "Rejected" if musts and not failed and Met.PARTLY not in musts:
            return "of nothing that the job requires it is said that it is not met"
    return ""
