"""How answers are held against the facts in the screening benchmark."""

import pytest

from candidates.evaluations.answers import Answer, Met
from tests.screening import scores
from tests.screening.cases import Case, Sheet
from tests.screening.facts import Month, Truth
from tests.screening.openings import ANALYST, BACKEND, NURSE, OPENINGS
from tests.screening.people import people
from tests.screening.scores import Found, Matrix

PERSON = people(as_of=Month(2026, 11))[0]  # a backend engineer who has all that is asked for
CASE = Case(sheet=Sheet(person=PERSON, layout="classic"), opening=BACKEND)


def answer(**said: object) -> Answer:
    return Answer.model_validate({"outcome": "Needs Review", "reason": "Because."} | said)


def test_f1_is_the_harmonic_mean_of_precision_and_recall():
    found = Found(right=6, wrong=2, missed=4)  # precision 0.75, recall 0.6
    assert found.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


def test_a_field_is_right_when_it_is_what_the_facts_say():
    said = answer(name=str(PERSON.name).upper(), email=PERSON.email, phone=PERSON.phone)
    assert scores.fields(said, PERSON.years, PERSON) == dict.fromkeys(
        ("name", "email", "phone", "years"), Found(right=1)
    )


def test_a_field_that_is_wrong_is_missed_as_well_and_one_that_is_empty_is_missed_only():
    said = scores.fields(answer(name="Curriculum Vitae"), 0, PERSON)
    assert (said["name"], said["email"]) == (Found(wrong=1, missed=1), Found(missed=1))


@pytest.mark.parametrize(("off", "found"), [(0.9, Found(right=1)), (-1.1, Found(wrong=1, missed=1))])
def test_years_of_work_are_right_within_one(off, found):
    assert scores.fields(answer(), PERSON.years + off, PERSON)["years"] == found


@pytest.mark.parametrize("opening", OPENINGS, ids=[opening.field for opening in OPENINGS])
def test_every_must_is_found_in_its_own_words(opening):
    assert [scores.must_of(must.text, opening) for must in opening.musts] == list(opening.musts)


@pytest.mark.parametrize("words", ["Kubernetes", "Redis", "Rest", "2 years of experience"])
def test_what_is_no_must_of_the_job_is_none(words):
    assert scores.must_of(words, BACKEND) is None


def test_r_is_found_as_a_word_and_not_as_a_letter():
    assert scores.must_of("reporting", ANALYST) is None
    assert scores.must_of("R", ANALYST) == ANALYST.musts[5]


def test_verdicts_are_held_against_what_the_person_has_done():
    said = {
        "Python": Met.MET,
        "Django or FastAPI": Met.MET,
        "PostgreSQL": Met.PARTLY,
        "Docker": Met.MET,
        "REST APIs": Met.MET,
    }
    assert scores.musts(CASE, said)["skills"] == Found(right=4, missed=1)
    assert scores.musts(CASE, said)["enough_years"] == Found(missed=1)


def test_what_is_met_for_somebody_of_another_trade_is_wrong():
    case = Case(sheet=CASE.sheet, opening=NURSE)
    assert scores.musts(case, {"Wound care": Met.MET})["skills"] == Found(wrong=1)


def test_a_matrix_counts_truths_by_outcomes():
    readings = [(Truth.QUALIFIED, "Shortlisted")] * 3 + [
        (Truth.QUALIFIED, "Rejected"),
        (Truth.UNQUALIFIED, "Rejected"),
    ]
    matrix = Matrix.of(readings)
    assert (matrix.share(Truth.QUALIFIED, "Rejected"), matrix.of_truth(Truth.UNQUALIFIED)) == (0.25, 1)


def test_answers_are_the_same_whatever_name_and_address_they_give():
    one, other = answer(name="Ada Quillfeather", email="a@example.org"), answer(name="Sipho Mkhozane")
    assert scores.same_but_for_the_name([one, other])


def test_answers_differ_where_anything_else_does():
    assert not scores.same_but_for_the_name([answer(), answer(reason="For another reason.")])
