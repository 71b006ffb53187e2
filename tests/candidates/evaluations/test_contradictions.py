"""An outcome that does not follow from its own criteria becomes Needs Review, with the contradiction said."""

import pytest

from candidates.evaluations.answers import Answer, CriterionAnswer, Met
from candidates.evaluations.contradictions import contradiction, settled
from jobs.criteria import listed

M, P, N, X = Met.MET, Met.PARTLY, Met.NOT_MET, Met.NO_EVIDENCE
WANTED = listed([("Rye", "must"), ("Wheat", "must"), ("Cakes", "nice"), ("May work nights", "knock_out")])


def answer(outcome: str, verdicts: list[Met]) -> Answer:
    said = [CriterionAnswer(key=f"c{number}", verdict=met) for number, met in enumerate(verdicts, 1)]
    return Answer(outcome=outcome, reason="It fits.", criteria=said)


@pytest.mark.parametrize(
    ("outcome", "verdicts", "why"),
    [  #                must must nice knock-out
        ("Shortlisted", [M, M, M, M], ""),
        ("Shortlisted", [M, M, N, X], ""),
        ("Shortlisted", [M, P, X, X], ""),
        ("Shortlisted", [M, X, X, X], ""),
        ("Shortlisted", [M, N, M, M], "“Wheat” is not met"),
        ("Shortlisted", [M, M, M, N], "“May work nights” is not met"),
        ("Shortlisted", [X, X, M, M], "the document has no evidence for anything that the job requires"),
        ("Rejected", [N, M, M, M], ""),
        ("Rejected", [M, M, M, N], ""),
        ("Rejected", [N, X, X, X], ""),
        ("Rejected", [P, M, M, M], ""),
        ("Rejected", [X, X, X, X], "the document has no evidence for any criterion"),
        ("Rejected", [M, M, M, M], "everything that the job requires is met"),
        ("Rejected", [M, M, N, X], "everything that the job requires is met"),
        ("Rejected", [M, X, N, X], "nothing that the job requires is said to be missing"),
        ("Rejected", [X, X, N, X], "nothing that the job requires is said to be missing"),
        ("Needs Review", [M, M, M, M], ""),
        ("Needs Review", [N, N, N, N], ""),
        ("Invalid", [X, X, X, X], ""),
        ("Invalid", [M, M, M, M], ""),
    ],
)
def test_what_speaks_against_an_outcome(outcome, verdicts, why):
    said = contradiction(answer(outcome, verdicts), WANTED)
    assert said.startswith(why)
    assert bool(said) == bool(why)


@pytest.mark.parametrize(
    ("wanted", "outcome", "verdicts"),
    [
        ([], "Rejected", []),
        ([], "Shortlisted", []),
        ([("Cakes", "nice")], "Rejected", [N]),
        ([("Cakes", "nice")], "Rejected", [M]),
        ([("Cakes", "nice")], "Shortlisted", [X]),
        ([("Nights", "knock_out")], "Shortlisted", [X]),
    ],
)
def test_where_nothing_is_required_nothing_is_missed(wanted, outcome, verdicts):
    assert contradiction(answer(outcome, verdicts), listed(wanted)) == ""


def test_a_contradiction_is_said_before_the_reason_and_a_person_decides():
    found = settled(answer("Shortlisted", [M, N, M, M]), WANTED)
    assert (found.outcome, found.reason) == (
        "Needs Review",
        "The model said Shortlisted, but “Wheat” is not met: a person has to look. It fits.",
    )


def test_the_criteria_themselves_stay_as_they_were_said():
    said = answer("Rejected", [M, M, M, M])
    assert settled(said, WANTED).criteria == said.criteria


def test_what_follows_from_its_criteria_stays():
    said = answer("Rejected", [N, M, M, M])
    assert settled(said, WANTED) == said


def test_however_long_both_are_it_is_still_a_reason():
    wanted = listed([("x" * 200, "must")])
    said = answer("Shortlisted", [N]).model_copy(update={"reason": "y" * 600})
    assert len(settled(said, wanted).reason) == 600
