"""A job's criteria: drawn from its description as a person would write them, or written by one."""

import pytest

from jobs.criteria import MOST_CRITERIA, Criterion, Weight, WrongCriteria, listed
from jobs.criteria.drawing import draw


def drawn(description: str) -> list[tuple[str, str]]:
    return [(criterion.text, criterion.weight.value) for criterion in draw(description)]


@pytest.mark.parametrize(
    ("description", "texts"),
    [
        ("Requirements: Kafka or RabbitMQ", ["Kafka or RabbitMQ"]),
        ("Requirements: Kafka, RabbitMQ or SQS", ["Kafka, RabbitMQ or SQS"]),
        ("Requirements:\n- 5+ years with Go", ["5 years of experience", "Go"]),
        ("Requirements:\n- BSc or MSc", ["Bachelor's degree"]),
        ("Requirements:\n- sourdough baking\n- rye", ["sourdough baking", "rye"]),
        ("We bake.", []),
    ],
)
def test_criteria_are_drawn_in_words_that_a_person_would_write(description, texts):
    assert [text for text, _ in drawn(description)] == texts


def test_what_would_be_nice_weighs_less():
    said = drawn("Requirements: Python.\nNice to have: Docker.")
    assert said == [("Python", "must"), ("Docker", "nice")]


def test_they_are_numbered_in_their_order():
    assert [criterion.key for criterion in draw("Requirements: Python, Django, Docker")] == ["c1", "c2", "c3"]


def test_however_long_a_description_is_there_are_no_more_than_an_answer_can_speak_of():
    many = "Requirements:\n" + "\n".join(f"- thing{number} making" for number in range(100))
    assert len(draw(many)) == MOST_CRITERIA


def test_what_is_drawn_can_be_written_by_a_person_too():
    found = draw("Requirements: Python, Kafka or RabbitMQ, bachelor's degree, 5 years. Nice to have: Go.")
    assert listed((criterion.text, criterion.weight) for criterion in found) == found


def test_spaces_and_lines_become_one_space():
    assert listed([(" Sour\n dough ", "must")]) == (
        Criterion(key="c1", text="Sour dough", weight=Weight.MUST),
    )


@pytest.mark.parametrize(
    ("wanted", "at", "words"),
    [
        ([("Rye", "must"), (" ", "must")], 1, "Write the criterion"),
        ([("x" * 201, "must")], 0, "The criterion has 201 characters; at most 200 are allowed."),
        ([("Rye", "very")], 0, "The weight must be one of: must, nice, knock_out."),
        ([("Rye", "must"), ("rye", "nice")], 1, "This criterion is there twice."),
        ([(f"{number}", "must") for number in range(31)], None, "There are 31 criteria"),
    ],
)
def test_what_cannot_be_a_criterion_is_refused_with_its_place_and_a_sentence(wanted, at, words):
    with pytest.raises(WrongCriteria, match=f"^{words}") as refusal:
        listed(wanted)
    assert refusal.value.at == at
