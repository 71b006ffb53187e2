"""Names that mean the same, slips of the pen, and words that deny what they name."""

import pytest

from candidates.evaluations.answers import Answer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import evaluate
from gpu_worker.engines.rules.matching import is_slip
from jobs.criteria import Criterion, Weight
from models_admin.models.thresholds import Thresholds

PAGE = "Robin Example\n\nExperience\nBaker, 2015 – 2019\n{work}\n\nEducation\nSchool of Bread\n\nSkills\n{skills}"


def read_for(wanted: str, *, work: str = "• Baked", skills: str = "Excel") -> Answer:
    criteria = (Criterion(key="c1", text=wanted, weight=Weight.MUST),)
    page = PAGE.format(work=work, skills=skills)
    request = Request(id=1, job_title="", job_description="", pages=(page,), criteria=criteria)
    return evaluate(request, Thresholds(least_terms=1))


def verdict(wanted: str, skills: str = "Excel", work: str = "• Baked") -> Met:
    return read_for(wanted, skills=skills, work=work).criteria[0].verdict


class TestOtherNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Kubernetes", "K8s"),
            ("PostgreSQL", "Postgres"),
            ("JavaScript", "JS"),
            ("GCP", "Google Cloud Platform"),
            ("AWS", "Amazon Web Services"),
            ("C#", "CSharp"),
            ("Node.js", "NodeJS"),
            ("Go", "Golang"),
            ("machine learning", "ML"),
            ("CI/CD", "continuous integration"),
            ("Forklift licence", "forklift license"),
            ("Driving licence", "Driver's license"),
            ("ICU", "intensive care unit"),
        ],
    )
    def test_two_names_of_one_thing_are_that_thing(self, one, other):
        assert (verdict(one, other), verdict(other, one)) == (Met.MET, Met.MET)

    @pytest.mark.parametrize(
        ("wanted", "has"), [("SQL", "PostgreSQL"), ("Linux", "Debian"), ("Git", "GitHub")]
    )
    def test_a_kind_of_it_is_it(self, wanted, has):
        assert verdict(wanted, has) == Met.MET

    @pytest.mark.parametrize(
        ("wanted", "has"), [("PostgreSQL", "SQL"), ("Debian", "Linux"), ("GitLab", "GitHub")]
    )
    def test_but_it_is_not_each_of_its_kinds(self, wanted, has):
        assert verdict(wanted, has) == Met.NO_EVIDENCE

    def test_what_is_made_with_it_hints_at_it(self):
        answer = read_for("Python", skills="Django")
        assert (answer.criteria[0].verdict, "Python (Django only)" in answer.reason) == (Met.PARTLY, True)


class TestOtherForms:
    @pytest.mark.parametrize(
        ("wanted", "line"),
        [
            ("patient care", "Cared for patients after surgery"),
            ("medication administration", "Administered medication at the bedside"),
            ("budget planning", "Planned the yearly budget"),
        ],
    )
    def test_a_line_of_work_may_be_told_in_other_words_of_the_same_kind(self, wanted, line):
        answer = read_for(wanted, work=f"• {line}")
        assert (answer.criteria[0].verdict, answer.criteria[0].quote) == (Met.MET, line)

    @pytest.mark.parametrize(
        ("wanted", "line"),
        [
            ("patient care", "Was patient and polite, and always took good care"),
            ("Spring Boot", "In spring I sold boots"),
            ("budget planning", "No experience with planning budgets"),
        ],
    )
    def test_but_not_in_words_that_lie_apart_nor_for_a_tool(self, wanted, line):
        assert verdict(wanted, work=f"• {line}") is not Met.MET


class TestSlips:
    @pytest.mark.parametrize(
        "slip",
        ["Kuberntes", "Kubernets", "Kubernates"],
    )
    def test_a_misspelt_name_is_that_name(self, slip):
        assert verdict("Kubernetes", slip) == Met.MET

    @pytest.mark.parametrize(
        ("word", "other"),
        [("django", "djnago"), ("kafka", "kakfa"), ("terraform", "teraform"), ("postgresql", "postgressql")],
    )
    def test_a_letter_may_be_swapped_doubled_or_lost(self, word, other):
        assert is_slip(word, other)

    @pytest.mark.parametrize(
        ("word", "other"),
        [
            ("java", "javascript"),
            ("angular", "angularjs"),
            ("react", "r"),
            ("go", "google"),
            ("scala", "scale"),
            ("react", "reach"),
            ("swift", "shift"),
            ("spark", "spare"),
            ("redis", "radis"),
            ("mysql", "nysql"),
            ("testing", "tasting"),
            ("mysql", "mssql"),
            ("flask", "flash"),
            ("pytorch", "pytest"),
            ("illustrator", "illustrated"),
        ],
    )
    def test_another_word_is_no_slip(self, word, other):
        assert not is_slip(word, other)

    def test_a_slip_is_looked_for_only_where_the_name_is_nowhere(self):
        answer = read_for("Kubernetes", skills="Kuberntes", work="• Ran Kubernetes")
        assert answer.criteria[0].quote == "Ran Kubernetes"


class TestDenials:
    @pytest.mark.parametrize(
        "line",
        [
            "No experience with Kafka",
            "No experience with RabbitMQ, Kafka or Redis",
            "Not familiar with Kafka",
            "I have never used Kafka",
            "I have not worked with Kafka yet",
            "Kafka: no experience",
            "Kafka – none",
            "Without any knowledge of Kafka",
            "Keine Erfahrung mit Kafka",
            "Aucune expérience avec Kafka",
            "Sin experiencia en Kafka",
        ],
    )
    def test_what_a_resume_denies_is_not_met_and_says_so(self, line):
        answer = read_for("Kafka", skills=line)
        assert (answer.criteria[0].verdict, answer.criteria[0].quote) == (Met.NOT_MET, line)

    @pytest.mark.parametrize(
        "line",
        [
            "Willing to learn Kafka",
            "Eager to learn Kafka and Redis",
            "Currently learning Kafka",
            "Kafka (learning)",
            "Kafka: beginner",
            "Basic knowledge of Kafka",
            "Interested in Kafka",
            "Currently learning:\n• Redis\n• Kafka",
            "Grundkenntnisse in Kafka",
        ],
    )
    def test_what_somebody_is_learning_is_met_in_part(self, line):
        assert verdict("Kafka", line) == Met.PARTLY

    @pytest.mark.parametrize(
        "line",
        [
            "No experience with Java, expert in Kafka",
            "Not only Java but also Kafka",
            "No downtime while moving to Kafka",
            "Never missed a release. Kafka daily.",
            "Taught machine learning with Kafka",
            "A learning platform built on Kafka",
            "No experience with Java\nKafka, Redis",
            "Eager to learn, with 5 years of Kafka",
        ],
    )
    def test_a_denial_reaches_no_further_than_its_clause(self, line):
        assert verdict("Kafka", line) == Met.MET

    def test_a_denial_that_a_line_breaks_is_one(self):
        assert verdict("Kafka", "I have no experience with\nKafka and Redis") == Met.NOT_MET

    def test_what_is_shown_and_denied_is_for_a_person_to_read(self):
        assert verdict("Kafka", "No experience with Kafka", "• Ran Kafka") == Met.PARTLY
