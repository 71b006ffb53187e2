"""An answer is believed as far as the document bears it out."""

import json

import pytest

from candidates.evaluations.answers import (
    Answer,
    CriterionAnswer,
    Met,
    NoAnswer,
    longest_tokens,
    parse_answer,
    supported,
)
from jobs.criteria import listed

PAGES = (
    "ANA LUCÍA  MÜLLER\nana.mueller@exam\nple.com\nBaked sourdough\nfrom 2019.",
    "Efﬁcient, wrote C++ daily.",
)


def answer(**changes: object) -> Answer:
    return Answer.model_validate({"outcome": "Shortlisted", "reason": "It fits."} | changes)


def about(quote: str | None, page: int | None = 1, verdict: Met = Met.MET) -> CriterionAnswer:
    said = CriterionAnswer(key="baking", verdict=verdict, quote=quote, page=page)
    return supported(answer(criteria=[said]), PAGES).criteria[0]


@pytest.mark.parametrize("name", ["Ana Lucía Müller", "Müller, Ana", "ana müller"])
def test_a_name_that_stands_there_stays_as_it_was_said(name):
    assert supported(answer(name=name), PAGES).name == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("John Smith", "J O H N  S M I T H\nBaker"),
        ("Jana Müller", "Jana Mül-\nler, Bäckerin"),
        ("山田太郎", "氏名山田太郎様"),
        ("山田 太郎", "氏名山田太郎様"),
        ("Анна Иванова", "АННА ИВАНОВА"),
        ("Seán O’Brien", "Seán O'Brien"),
    ],
)
def test_however_the_page_has_it(name, text):
    assert supported(answer(name=name), [text]).name == name


@pytest.mark.parametrize("name", ["—", "42", "…"])
def test_a_name_has_letters(name):
    assert supported(answer(name=name), [f"{name} Ana"]).name is None


def test_a_short_name_is_not_found_within_a_word():
    assert supported(answer(name="Ann"), ["Planning"]).name is None


@pytest.mark.parametrize("name", ["Ana Smith", "Ben", "Anna Müller"])
def test_a_name_of_which_a_word_does_not_stand_there_goes(name):
    assert supported(answer(name=name), PAGES).name is None


def test_an_address_may_stand_on_two_lines():
    assert supported(answer(email="Ana.Mueller@example.com"), PAGES).email == "Ana.Mueller@example.com"


def test_beside_letters_of_another_script_an_address_has_ended():
    assert supported(answer(email="ana@example.com"), ["邮箱ana@example.com电话"]).email == "ana@example.com"


def test_without_its_sign_it_is_no_address():
    assert supported(answer(email="example.com"), ["See example.com"]).email is None


@pytest.mark.parametrize("email", ["ana@example.com", "mueller@example.com", "ana.mueller@example.co"])
def test_an_address_that_stands_there_only_in_part_or_not_at_all_goes(email):
    assert supported(answer(email=email), PAGES).email is None


def test_of_a_document_without_text_nothing_is_known_for_sure():
    found = supported(answer(name="Ana Müller", email="ana.mueller@example.com"), ["", ""])
    assert (found.name, found.email, found.outcome) == (None, None, "Shortlisted")


@pytest.mark.parametrize("quote", ["baked sourdough from 2019", "Baked  sourdough\nfrom"])
def test_a_quote_is_found_whatever_its_case_and_spaces(quote):
    assert about(quote) == CriterionAnswer(key="baking", verdict=Met.MET, quote=quote, page=1)


def test_a_quote_is_found_in_spite_of_ligatures_and_its_page_is_put_right():
    assert (about("Efficient, wrote C++", page=1).page, about("wrote C++", page=None).page) == (2, 2)


def test_a_quote_is_found_though_the_model_was_shown_other_brackets():
    said = CriterionAnswer(key="baking", verdict=Met.MET, quote="‹b›C++‹/b›", page=1)
    assert supported(answer(criteria=[said]), ["<b>C++</b>"]).criteria == [said]


def test_a_quote_that_stands_nowhere_is_no_evidence():
    assert about("Baked rye") == CriterionAnswer(key="baking", verdict=Met.NO_EVIDENCE)


@pytest.mark.parametrize(
    ("verdict", "left"),
    [
        (Met.MET, Met.NO_EVIDENCE),
        (Met.PARTLY, Met.NO_EVIDENCE),
        (Met.NOT_MET, Met.NOT_MET),
        (Met.NO_EVIDENCE, Met.NO_EVIDENCE),
    ],
)
def test_what_is_met_needs_a_quote(verdict, left):
    assert about(None, verdict=verdict).verdict == left


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("", "JSON"),
        ('{"outcome": "Shortlisted", "reason": "It', "JSON"),
        ('{"outcome": "Maybe", "reason": "x"}', "outcome"),
        ('{"outcome": "Invalid", "reason": " "}', "reason"),
        ('{"outcome": "Invalid", "reason": "x", "salary": 1}', "salary"),
        ('{"outcome": "Invalid", "reason": "a\\u0000"}', "reason"),
    ],
)
def test_what_is_no_answer_says_where_it_is_wrong(said, wrong):
    with pytest.raises(NoAnswer, match=f"^{wrong}: "):
        parse_answer(said)


WANTED = listed([("Rye", "must"), ("Wheat", "nice")])


def said_of(*keys: str) -> str:
    criteria = [{"key": key, "verdict": "no_evidence", "quote": None, "page": None} for key in keys]
    return json.dumps({"outcome": "Invalid", "reason": "A menu.", "criteria": criteria})


def test_criteria_are_read_in_the_order_of_the_job():
    assert [criterion.key for criterion in parse_answer(said_of("c2", "c1"), WANTED).criteria] == ["c1", "c2"]


@pytest.mark.parametrize(
    "keys", [[], ["c1"], ["c1", "c1"], ["c1", "c2", "c3"], ["c1", "c2", "c2"], ["c1", "Rye"]]
)
def test_an_answer_speaks_of_every_criterion_once(keys):
    with pytest.raises(NoAnswer, match=r"^criteria: there must be one entry for each of c1, c2$"):
        parse_answer(said_of(*keys), WANTED)


def test_of_no_criterion_it_can_say_nothing():
    with pytest.raises(NoAnswer):
        parse_answer(said_of("c1"))


def test_more_criteria_may_take_longer():
    most = listed((f"Task {number}", "must") for number in range(30))
    assert longest_tokens() < longest_tokens(WANTED) < longest_tokens(most)


def test_where_it_is_wrong_is_said_in_few_characters_that_can_be_shown():
    with pytest.raises(NoAnswer) as wrong:
        parse_answer('{"outcome": "Invalid", "reason": "x", "\\n\\u0007' + "z" * 500 + '": 1}')
    assert str(wrong.value).isprintable()
    assert len(str(wrong.value)) < 120
