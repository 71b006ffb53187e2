"""Comparing two raters, as far as it needs no database: the grid, what is grave, what an address asks for."""

from itertools import combinations

import pytest

from candidates.agreement import Kappa, tally
from candidates.evaluations.findings import Finding
from candidates.opinions.comparison_page import SameRater, chosen
from candidates.opinions.comparisons import OUTCOMES, SEVERITY, Wanted, differing, grid
from candidates.opinions.raters import Rater, UnknownRater, rater_named

MODEL, PAIR, REVISION = (
    Rater(key="one_shot:a/a", count=9),
    Rater(key="hybrid:text layer + b/b", count=7),
    Rater(key="one_shot:a/a@r1", count=5, revision="r1"),
)
FOUND = [MODEL, PAIR, REVISION]


def test_every_two_different_outcomes_have_a_severity():
    assert set(SEVERITY) == {frozenset(pair) for pair in combinations(OUTCOMES, 2)}


def test_nothing_is_graver_than_shortlisted_against_rejected():
    gravest = max(SEVERITY, key=lambda pair: SEVERITY[pair])
    assert gravest == {"Shortlisted", "Rejected"}


def test_the_grid_tells_how_often_and_of_what_share():
    matrix = tally([("Shortlisted", "Rejected")] * 3 + [("Rejected", "Rejected")], OUTCOMES)
    cell = grid(matrix)[0][2]
    assert (cell.first, cell.second, cell.count, cell.percent, cell.is_agreement) == (
        "Shortlisted",
        "Rejected",
        3,
        75.0,
        False,
    )


def test_only_what_never_happened_is_cold():
    matrix = tally([("Shortlisted", "Shortlisted")] * 1000 + [("Rejected", "Shortlisted")], OUTCOMES)
    heats = {(cell.first, cell.second): cell.heat for row in grid(matrix) for cell in row}
    assert (heats["Shortlisted", "Shortlisted"], heats["Rejected", "Shortlisted"]) == (4, 1)
    assert heats["Rejected", "Rejected"] == 0


def test_a_grid_of_nothing_is_cold_everywhere():
    assert {cell.heat for row in grid(tally([], OUTCOMES)) for cell in row} == {0}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-0.2, "no agreement beyond chance"),
        (0.0, "no agreement beyond chance"),
        (0.2, "slight agreement beyond chance"),
        (0.21, "fair agreement beyond chance"),
        (0.5, "moderate agreement beyond chance"),
        (0.8, "substantial agreement beyond chance"),
        (1.0, "almost perfect agreement beyond chance"),
    ],
)
def test_kappa_in_words(value, words):
    assert Kappa(value=value, interval=None).words == words


def test_a_share_in_words_has_its_interval():
    matrix = tally([("Shortlisted", "Shortlisted")] * 86 + [("Rejected", "Shortlisted")] * 14, OUTCOMES)
    assert matrix.agreed.words == "86 of 100: 86 % (95 % interval 78 to 91 %)"


def test_without_a_choice_the_two_busiest_are_compared():
    assert chosen(FOUND, "", "") == (MODEL, PAIR)


def test_whoever_is_chosen_stays_in_the_place_that_was_chosen():
    assert chosen(FOUND, "", MODEL.key) == (PAIR, MODEL)


def test_a_revision_is_compared_only_when_it_is_chosen():
    assert chosen(FOUND, REVISION.key, MODEL.key) == (REVISION, MODEL)


def test_one_rater_alone_is_no_comparison():
    assert chosen([MODEL], "", "") is None


def test_nobody_is_compared_with_themselves():
    with pytest.raises(SameRater, match="two different raters"):
        chosen(FOUND, MODEL.key, MODEL.key)


def test_a_rater_that_is_none_is_told_who_is():
    with pytest.raises(UnknownRater, match="Raters: “one_shot:a/a”, “hybrid:text layer"):
        rater_named(FOUND, "one_shot:c/c")


@pytest.mark.parametrize(
    ("cell", "after", "wanted"),
    [
        ("", "", Wanted()),
        ("Shortlisted:Rejected", "4-12", Wanted(cell=("Shortlisted", "Rejected"), after=(4, 12))),
        ("Shortlisted:Hired", "x-1", Wanted()),
        ("Shortlisted", "4-", Wanted()),
        ("Shortlisted:", "4-99999999999999999999", Wanted()),
    ],
)
def test_an_address_asks_for_what_makes_sense_in_it(cell, after, wanted):
    assert Wanted.from_query(cell, after) == wanted


def judged(key: str, text: str, verdict: str) -> Finding:
    return Finding(key=key, text=text, weight=None, verdict=verdict, quote=None, page=None)


def told(pairs) -> list[tuple[str, str | None, str | None]]:
    return [
        (pair.label, pair.first and pair.first.verdict, pair.second and pair.second.verdict) for pair in pairs
    ]


def test_criteria_that_are_judged_alike_are_left_out():
    pairs = differing(
        [judged("c1", "Rye", "met"), judged("c2", "Wheat", "met")],
        [judged("c1", "Rye", "partly"), judged("c2", "Wheat", "met")],
    )
    assert told(pairs) == [("Rye", "met", "partly")]


def test_criteria_are_paired_by_what_they_say_as_keys_are_of_one_version_of_the_job():
    pairs = differing(
        [judged("c1", "Rye", "met"), judged("c2", "Wheat", "met")],
        [judged("c1", "wheat", "met"), judged("c2", "Rye", "not_met")],
    )
    assert told(pairs) == [("Rye", "met", "not_met")]


def test_a_criterion_that_only_one_speaks_of_differs():
    assert told(differing([], [judged("c1", "Bread", "met")])) == [("Bread", None, "met")]
