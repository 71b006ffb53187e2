"""A random sample whose verdicts are sealed: how often do people and the model agree?

Only the first decision on an application counts, since it was made without seeing the verdict. Needs Review
is neither yes nor no, so it is counted apart.
"""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.utils.crypto import salted_hmac

from candidates import agreement
from candidates.agreement import Matrix
from candidates.models import Application, Decision, DecisionStatus, Outcome, Resume
from jobs.models import Job

EXPECTED = {Outcome.SHORTLISTED: DecisionStatus.ACCEPTED, Outcome.REJECTED: DecisionStatus.REJECTED}
CATEGORIES = (DecisionStatus.ACCEPTED.value, DecisionStatus.REJECTED.value)
HUNDRED = 10_000  # steps of a hundredth of a percent


def draws(job: Job, resume: Resume) -> bool:
    """Whether this résumé is in the job's sample. The application keeps the answer when it is made.

    A keyed hash decides: the answer is always the same, and nobody outside can predict it.
    """
    digest = salted_hmac("candidates.blind.sample", f"{job.pk}:{resume.sha256}", algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big") % HUNDRED < job.sample_percent * HUNDRED // 100


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """The counts of a job's sample; `matrix` has people's first decisions in rows, verdicts in columns."""

    drawn: int
    decided: int
    left_to_people: int
    matrix: Matrix

    @property
    def percent(self) -> int:
        return round(100 * (self.matrix.agreed.value or 0))

    @property
    def low(self) -> int:
        return round(100 * (self.matrix.agreed.interval or (0, 1))[0])

    @property
    def high(self) -> int:
        return round(100 * (self.matrix.agreed.interval or (0, 1))[1])


def sample_of(job: Job) -> Sampled:
    """Count the sample of `job` by its current verdicts."""
    drawn = Application.objects.filter(job=job, sampled=True).exclude(
        current_evaluation__outcome=Outcome.INVALID
    )
    first = Decision.objects.filter(application=OuterRef("pk")).exclude(status=DecisionStatus.PENDING)
    words = drawn.order_by().annotate(first=Subquery(first.order_by("pk").values("status")[:1]))
    decided = words.filter(first__isnull=False)
    counted = decided.values_list("first", "current_evaluation__outcome").annotate(number=Count("pk"))
    pairs = {(person, model): number for person, model, number in counted}
    known = [
        (person, EXPECTED[Outcome(model)].value)
        for (person, model), number in pairs.items()
        if model in EXPECTED
        for _ in range(number)
    ]
    return Sampled(
        drawn=drawn.count(),
        decided=sum(pairs.values()),
        left_to_people=sum(number for (_, model), number in pairs.items() if model == Outcome.NEEDS_REVIEW),
        matrix=agreement.tally(known, CATEGORIES),
    )
