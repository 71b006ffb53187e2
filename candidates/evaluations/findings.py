"""What an evaluation found about each criterion, in the words of its version of the job."""

from dataclasses import dataclass

from candidates.models import Evaluation
from jobs.criteria import Weight


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A criterion and its verdict, one of `answers.Met`; `page` 1 is the first.

    If that version of the job has no such key, `weight` is None and `text` is the key: the rules of earlier
    releases drew their own criteria.
    """

    key: str
    text: str
    weight: Weight | None
    verdict: str
    quote: str | None
    page: int | None


def findings_of(evaluation: Evaluation) -> list[Finding]:
    """Return the findings in the order of the answer; prefetch `job_version__criteria` for many."""
    wanted = {criterion.key: criterion for criterion in evaluation.job_version.wanted}
    return [
        Finding(
            **said,
            text=criterion.text if (criterion := wanted.get(said["key"])) else said["key"],
            weight=criterion.weight if criterion else None,
        )
        for said in evaluation.criteria
    ]
