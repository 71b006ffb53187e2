"""The page that compares two raters of a job's applications, with decisions beside each difference."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candidates.opinions import comparisons, raters
from candidates.opinions.comparisons import Comparison, Wanted
from candidates.opinions.raters import Rater, UnknownRater
from jobs.access import visible_job
from models_admin.kit.pages import Request


class SameRater(ValueError):
    """A rater cannot be compared with itself."""


@require_safe
def comparison_page(request: Request, job_id: int) -> HttpResponse:
    """Compare `?a=…&b=…`, by default the two busiest raters; `&cell=…&after=…` is a part of the list."""
    job = visible_job(request.user, job_id)
    applications = comparisons.comparable(job, request.user)
    found = raters.raters_of_job(job, applications)
    context = {"job": job, "raters": found, "people": raters.PEOPLE}
    try:
        pair = chosen(found, request.GET.get("a", ""), request.GET.get("b", ""))
    except UnknownRater as unknown:
        return _refused(request, context, str(unknown), 404)
    except SameRater as same:
        return _refused(request, context, str(same), 400)
    if pair is not None:
        comparison = Comparison(job=job, applications=applications, first=pair[0], second=pair[1])
        context |= _compared(comparison, _wanted(request))
    return render(request, "candidates/opinions/comparison.html", context)


def chosen(found: Sequence[Rater], first: str, second: str) -> tuple[Rater, Rater] | None:
    """Return the raters with these keys; "" is the busiest other one. None if there are not two.

    Raises UnknownRater or SameRater.
    """
    if first and first == second:
        raise SameRater("Choose two different raters.")
    given = {key: raters.rater_named(found, key) for key in (first, second) if key}
    others = iter(rater for rater in found if rater.whole_key == rater.key and rater.key not in given)
    one = given.get(first) or next(others, None)
    other = given.get(second) or next(others, None)
    return (one, other) if one and other else None


def _compared(comparison: Comparison, wanted: Wanted) -> dict[str, object]:
    matrix = comparison.matrix()
    differences = comparisons.disagreements(comparison, wanted)
    full = len(differences) == comparisons.PAGE_ROWS
    return {
        "comparison": comparison,
        "matrix": matrix,
        "rows": list(zip(comparisons.OUTCOMES, comparisons.grid(matrix), strict=True)),
        "outcomes": comparisons.OUTCOMES,
        "wanted": wanted,
        "differences": differences,
        "next_place": differences[-1].place if full else "",
    }


def _wanted(request: Request) -> Wanted:
    return Wanted.from_query(request.GET.get("cell", ""), request.GET.get("after", ""))


def _refused(request: Request, context: dict[str, object], sentence: str, status: int) -> HttpResponse:
    return render(
        request, "candidates/opinions/comparison.html", context | {"refusal": sentence}, status=status
    )
