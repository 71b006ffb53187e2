"""What a résumé says about one requirement."""

from collections.abc import Iterable
from dataclasses import dataclass

from candidates.evaluations.answers import Met
from gpu_worker.engines.rules.text import Line

ORDER = (Met.NO_EVIDENCE, Met.NOT_MET, Met.PARTLY, Met.MET)


@dataclass(frozen=True)
class Finding:
    """`line` is the evidence; `note` explains it in the reason; `written` is the name found in the line.

    `is_contradiction` if the résumé itself says the opposite: only then may a knock-out reject.
    """

    verdict: Met
    line: Line | None = None
    note: str = ""
    written: str = ""
    is_contradiction: bool = False
    is_shown: bool = False  # by work that was done, not by a list


NOTHING = Finding(Met.NO_EVIDENCE)


def best(found: Iterable[Finding]) -> Finding:
    """Return the most favourable of alternatives; the first of equals."""
    return max(found, key=lambda finding: ORDER.index(finding.verdict), default=NOTHING)


def together(found: list[Finding]) -> Finding:
    """Combine findings that are all required: met if each is, partly if some are."""
    if len(found) == 1:
        return found[0]
    verdicts = {finding.verdict for finding in found}
    shown = best(found)
    if len(verdicts) == 1:
        return shown
    short = min(found, key=lambda finding: ORDER.index(finding.verdict))
    if shown.verdict in (Met.MET, Met.PARTLY):
        return Finding(Met.PARTLY, shown.line, short.note, shown.written, is_shown=shown.is_shown)
    return short if short.verdict is Met.NOT_MET else shown
