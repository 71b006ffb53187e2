"""Criteria as recruiters write them: what the rules look for, and what they say that they cannot judge."""

from datetime import date

import pytest

from candidates.evaluations.answers import Answer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import evaluate
from jobs.criteria import Criterion, Weight
from jobs.criteria.requirements import Kind, drawn, parsed
from models_admin.models.thresholds import Thresholds

PAGE = """Robin Example
robin@example.com

Experience
Developer, Oven Ltd, Jan 2018 – Present
• Built ordering with Django, Postgres and K8s

Education
BSc Computer Science, University of Bread, 2017

Languages
English (native), German (C1), French (A2)

Skills
Python, RabbitMQ"""


def criterion(text: str, weight: Weight = Weight.MUST, key: str = "c1") -> Criterion:
    return Criterion(key=key, text=text, weight=weight)


def read_for(*criteria: Criterion, page: str = PAGE, description: str = "") -> Answer:
    request = Request(
        id=1,
        job_title="A job",
        job_description=description,
        pages=(page,),
        criteria=criteria,
        as_of=date(2026, 6, 1),
    )
    return evaluate(request, Thresholds(least_terms=1))


def verdict(text: str, page: str = PAGE) -> Met:
    return read_for(criterion(text), page=page).criteria[0].verdict


class TestWhatIsLookedFor:
    @pytest.mark.parametrize(
        ("text", "kind", "number", "named"),
        [
            ("Python", Kind.TERM, 0, [["Python"]]),
            ("Kafka or RabbitMQ", Kind.TERM, 0, [["Kafka", "RabbitMQ"]]),
            ("Python, Django and PostgreSQL", Kind.TERM, 0, [["Python"], ["Django"], ["PostgreSQL"]]),
            ("Knowledge of IFRS or US GAAP", Kind.TERM, 0, [["IFRS", "GAAP"]]),
            ("Forklift licence", Kind.TERM, 0, [["Forklift licence"]]),
            ("sourdough baking", Kind.TERM, 0, [["sourdough baking"]]),
            ("At least 5 years of Python", Kind.YEARS, 5, [["Python"]]),
            ("3-5 years in nursing", Kind.YEARS, 3, [["nursing"]]),
            ("five years of professional experience", Kind.YEARS, 5, []),
            ("5 Jahre Erfahrung mit SAP", Kind.YEARS, 5, [["SAP"]]),
            ("Bachelor's degree in CS", Kind.DEGREE, 1, []),
            ("Master's or PhD in physics", Kind.DEGREE, 2, []),
            ("Fluent German (C1)", Kind.LANGUAGE, 5, []),
            ("German B2 or better", Kind.LANGUAGE, 4, []),
            ("Excellent written and spoken English", Kind.LANGUAGE, 5, []),
            ("Work permit for the EU", Kind.PERMIT, 0, []),
            ("Eligible to work in the UK", Kind.PERMIT, 0, []),
            ("Good communication skills", Kind.UNKNOWN, 0, []),
            ("Team player", Kind.UNKNOWN, 0, []),
            ("Willing to travel", Kind.UNKNOWN, 0, []),
            ("Must be 18 years old", Kind.UNKNOWN, 0, []),
            ("No more than 2 years of experience", Kind.UNKNOWN, 0, []),
            ("You love to make other people happy every single day", Kind.UNKNOWN, 0, []),
            ("", Kind.UNKNOWN, 0, []),
        ],
    )
    def test_a_criterion_is_understood_as_far_as_rules_go(self, text, kind, number, named):
        found = parsed(criterion(text))
        groups = [[term.written for term in group] for group in found.groups]
        assert (found.kind, found.number, groups) == (kind, number, named)

    def test_what_was_drawn_from_a_description_is_read_the_same_as_a_criterion(self):
        said = "Requirements:\n- AWS, GCP or Azure\n- Bachelor's degree\n- 5+ years of experience\n- Fluent German\n- C++\n- sourdough baking"
        for requirement in drawn(said):
            again = parsed(criterion(requirement.text, requirement.weight))
            assert (again.kind, again.number, again.groups, again.languages) == (
                requirement.kind,
                requirement.number,
                requirement.groups,
                requirement.languages,
            )


class TestDescriptions:
    def drawn(self, *lines: str) -> list[str]:
        return [requirement.text for requirement in drawn("\n".join(["Requirements", *lines]))]

    def test_a_degree_keeps_its_subject(self):
        assert self.drawn("- MSc in physics or a related field") == [
            "Master's degree in physics or a related field"
        ]

    def test_what_years_were_spent_in_is_no_term_of_its_own(self):
        assert self.drawn("- 2+ years of experience in data analysis") == ["2 years of experience"]

    def test_but_a_tool_is(self):
        assert self.drawn("- 2+ years of experience in Tableau") == ["2 years of experience", "Tableau"]

    def test_a_name_with_its_abbreviation_is_one(self):
        assert self.drawn("- Basic life support (BLS)") == ["Basic life support"]

    def test_what_is_offered_below_a_list_is_not_asked_for(self):
        assert self.drawn("- Python", "", "We offer a desk with a view and SAP.") == ["Python"]


class TestVerdicts:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Django", Met.MET),
            ("Kafka or RabbitMQ", Met.MET),
            ("Kafka and RabbitMQ", Met.PARTLY),
            ("Kubernetes", Met.MET),
            ("PostgreSQL", Met.MET),
            ("SQL", Met.MET),
            ("AngularJS", Met.NO_EVIDENCE),
            ("5 years of experience", Met.MET),
            ("10 years of experience", Met.NOT_MET),
            ("Bachelor's degree in CS", Met.MET),
            ("Degree in computer science or a related field", Met.MET),
            ("Bachelor's degree in nursing", Met.PARTLY),
            ("Master's degree", Met.PARTLY),
            ("Fluent German (C1)", Met.MET),
            ("German", Met.MET),
            ("Native English", Met.MET),
            ("German and English", Met.MET),
            ("German C2", Met.PARTLY),
            ("Fluent French", Met.NOT_MET),
            ("Fluent French or German", Met.MET),
            ("Spanish", Met.NO_EVIDENCE),
            ("Work permit", Met.NO_EVIDENCE),
            ("Good communication skills", Met.NO_EVIDENCE),
        ],
    )
    def test_a_criterion_gets_its_verdict(self, text, found):
        assert verdict(text) == found

    def test_answers_come_in_the_order_and_with_the_keys_of_the_criteria(self):
        answer = read_for(
            criterion("Rust", key="c7"), criterion("Django", key="c2"), criterion("Tact", key="c4")
        )
        assert [found.key for found in answer.criteria] == ["c7", "c2", "c4"]

    def test_criteria_win_over_the_description(self):
        answer = read_for(criterion("Django"), description="Requirements: Rust, Haskell, COBOL")
        assert (len(answer.criteria), answer.outcome) == (1, "Shortlisted")

    def test_what_rules_cannot_judge_counts_for_nobody_and_against_nobody(self):
        answer = read_for(criterion("Django"), criterion("Team player"), criterion("Python"))
        assert answer.outcome == "Shortlisted"
        assert "2 of 2 required terms found" in answer.reason
        assert "Rules cannot judge: Team player." in answer.reason

    def test_every_verdict_that_says_something_has_its_quote(self):
        criteria = [
            criterion(text, key=text)
            for text in ("Django", "Kubernetes", "10 years of experience", "German C1", "Degree")
        ]
        for found in read_for(*criteria).criteria:
            assert found.quote, found.key
            assert found.quote in " ".join(PAGE.split()), found.key

    def test_a_long_reason_is_cut_between_words_and_still_says_what_speaks(self):
        many = [
            criterion(f"{word} {word}ing of very long things", key=word) for word in "abcdefghijklmnopqrst"
        ]
        reason = read_for(criterion("Django"), *many).reason
        assert len(reason) <= 600
        assert reason.endswith("Keyword rules, no understanding.")


class TestDegrees:
    def page(self, line: str) -> str:
        return f"Robin Example\n\nExperience\nBaker, 2015 – 2019\n\nEducation\n{line}"

    @pytest.mark.parametrize(
        ("wanted", "line", "found"),
        [
            ("Bachelor's degree in computer science", "B.Sc. Informatik, TU Brot", Met.MET),
            ("Master's degree", "Diplom-Ingenieur, Diplom, TU Brot", Met.MET),
            ("Bachelor's degree", "BSc Baking, expected 2027", Met.PARTLY),
            ("Bachelor's degree", "Studied baking, left without a degree", Met.NO_EVIDENCE),
            ("Bachelor's degree in CS or equivalent experience", "School of Bread", Met.NO_EVIDENCE),
            ("PhD", "Doctor of Philosophy, University of Bread", Met.MET),
            ("PhD", "Booked appointments for three doctors", Met.NO_EVIDENCE),
        ],
    )
    def test_a_degree_is_judged_by_rank_field_and_end(self, wanted, line, found):
        assert verdict(wanted, self.page(line)) == found
