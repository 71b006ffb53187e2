"""What a reading found about each criterion, in the words of the job's version that it was made with."""

from dataclasses import dataclass

from candidates.models import Evaluation
from jobs.criteria import Weight


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A criterion and what was said of it; `verdict` is one of `answers.Met`, `page` 1 is the first.

    `weight` is None, and `text` the key itself, where that version of the job has no such key: rules of
    earlier releases drew their own criteria.
    """

    key: str
    text: str
    weight: Weight | None
    verdict: str
    quote: str | None
    page: int | None


def of(evaluation: Evaluation) -> list[Finding]:
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
