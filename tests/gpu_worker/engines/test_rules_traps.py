"""Traps that the keyword rules walk around: each of these once changed what was said of a person."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candidates.evaluations.answers import Answer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import evaluate
from jobs.criteria.requirements import drawn
from models_admin.models.thresholds import Thresholds

PAGE = "{name}\n{email}\nExperience\nBaker, 2015 – 2019\nEducation\nBakery school\nSkills\n{skills}"
TERMS = ["Julia", "Rust", "Ruby", "Swift", "Scala", "Go", "Python", "Pascal", "Dart", "Perl"]


def read_for(job: str, *pages: str) -> Answer:
    return evaluate(Request(id=1, job_title="A job", job_description=job, pages=pages), Thresholds())


def page(skills: str, name: str = "Robin Example", email: str = "robin@example.com") -> str:
    return PAGE.format(name=name, email=email, skills=skills)


def met(job: str, skills: str) -> set[str]:
    return {found.key for found in read_for(job, page(skills)).criteria if found.verdict == Met.MET}


def weights(description: str) -> dict[str, str]:
    return {requirement.key: requirement.weight.value for requirement in drawn(description)}


class TestNames:
    JOB = f"Requirements: {', '.join(TERMS)}"

    @settings(deadline=None)  # the machine may be busy
    @given(st.sampled_from(TERMS), st.sampled_from(TERMS), st.sampled_from([" ", "\n"]))
    def test_a_person_called_after_a_technology_does_not_thereby_know_it(self, first, last, gap):
        plain = read_for(self.JOB, page("Excel, Python"))
        named = read_for(
            self.JOB, page("Excel, Python", f"{first}{gap}{last}", f"{first}.{last}@example.com".lower())
        )
        assert (named.outcome, named.reason, named.criteria) == (plain.outcome, plain.reason, plain.criteria)

    def test_nor_where_the_name_stands_again_at_the_foot_of_a_page(self):
        answer = read_for(self.JOB, page("Excel", "Julia Swift"), "Projects\nJulia Swift – 2/2")
        assert {found.verdict for found in answer.criteria} == {Met.NO_EVIDENCE}

    def test_an_address_is_no_skill(self):
        answer = read_for(self.JOB, page("Excel", email="ruby@example.com"))
        assert {found.verdict for found in answer.criteria} == {Met.NO_EVIDENCE}

    def test_a_title_is_no_part_of_the_name(self):
        assert read_for("", page("x", "Dr. Robin Example")).name == "Robin Example"

    @pytest.mark.parametrize("name", ["山田太郎", "王 小明", "محمد الأحمد", "김민준", "Владимир Петров"])
    def test_a_name_is_one_in_every_script(self, name):
        assert read_for("", page("x", name, "a1@example.com")).name == name

    def test_the_word_for_a_resume_is_none(self):
        assert read_for("", page("x", "履歴書\n山田太郎", "a1@example.com")).name == "山田太郎"

    def test_the_end_of_a_letter_is_no_name(self):
        answer = read_for(
            "", "Dear Sir\nI am writing to you\nSincerely\nRobin\n" + page("x", "Robin Example")
        )
        assert answer.name == "Robin Example"

    def test_an_address_that_a_narrow_column_broke_is_whole(self):
        assert read_for("", page("x", email="robin@example.co\nm")).email == "robin@example.com"


class TestSidebars:
    """What stands in a narrow column is read before the name, and broken."""

    PAGE = "Contact\n{email}\n\nSkills\nDocker Compose\nGoogle Analytics\n\n{name}\n\nBaker\n\nExperience\nBaker, 2015 – 2019"

    def read(self, email: str = "r@example.com", name: str = "Robin Example") -> Answer:
        return read_for("", self.PAGE.format(email=email, name=name))

    @pytest.mark.parametrize(
        "name", ["Robin Example", "Mei-Lin Al-Haddawi", "Søren Kivimaala", "Ruby McAdam"]
    )
    def test_a_name_may_stand_below_the_sidebar(self, name):
        assert (
            self.read("someone@example.com" if name != "Ruby McAdam" else "mcadam@example.com", name).name
            == name
        )

    @pytest.mark.parametrize(
        "email",
        [
            "robin@mail.example.\ncom",
            "robin@mail.exam\nple.com",
            "robin@mail.example\n.com",
            "robin@mail.example.c\nom",
            "robin\n@mail.example.com",
            "robin@\nmail.example.com",
        ],
    )
    def test_an_address_is_whole_wherever_the_column_broke_it(self, email):
        assert self.read(email).email == "robin@mail.example.com"

    def test_a_word_below_an_address_is_no_part_of_it(self):
        assert self.read("robin@mail.example.com\npottery").email == "robin@mail.example.com"


class TestWords:
    @pytest.mark.parametrize(
        ("wanted", "has"),
        [
            ("C", "Vitamin C, grade C+, C-level"),
            ("R", "R&D, R-squared"),
            ("Go", "Go-to-market, we go"),
            ("Excel", "I excel at baking"),
            ("React", "I react quickly"),
            ("Ruby on Rails", "Ruby and rails"),
        ],
    )
    def test_a_word_is_not_the_technology_that_it_looks_like(self, wanted, has):
        assert met(f"Requirements: {wanted}", has) == set()

    def test_several_of_a_thing_are_that_thing(self):
        assert met("Requirements: REST APIs", "REST API") == {"REST APIs"}
        assert met("Requirements: REST API", "REST APIs") == {"REST API"}

    def test_a_term_written_with_a_slash_is_shown_with_it(self):
        assert met("Requirements: CI/CD", "ci/cd") == {"CI/CD"}

    @pytest.mark.parametrize("mark", ["\ufffe", "\x02", "\u00ad", "\ufffe\r\n"])
    def test_a_word_that_pdfium_cut_at_the_end_of_a_line_is_whole(self, mark):
        assert met("Requirements: PostgreSQL", f"Postgre{mark}SQL") == {"PostgreSQL"}

    def test_a_quote_is_taken_where_the_term_stands(self):
        line = f"JavaScript {'and baking ' * 40} Java {'and cakes ' * 40}"
        (criterion,) = read_for("Requirements: Java", page(line)).criteria
        assert " Java " in criterion.quote


class TestDegrees:
    JOB = "Requirements:\n- {}"

    @pytest.mark.parametrize(
        "line", ["MS Office, MS SQL", "Scrum Master", "A high degree of care", "latency of 5 ms"]
    )
    def test_what_only_sounds_like_a_degree_is_none(self, line):
        assert met(self.JOB.format("Bachelor's degree"), line) == set()

    @pytest.mark.parametrize(
        "line",
        ["BS Bakery University", "MS in Baking", "2010 – 2014 BA Baking", "Master of Arts", "M.Sc. Baking"],
    )
    def test_a_degree_is_one_however_it_is_written(self, line):
        assert met(self.JOB.format("Bachelor's degree"), line) == {"Bachelor's degree"}

    def test_a_scrum_master_is_not_asked_for_a_degree(self):
        assert "Master's degree" not in weights(self.JOB.format("Scrum Master"))

    def test_of_two_degrees_the_lower_is_enough(self):
        assert weights(self.JOB.format("Bachelor's or Master's degree")) == {"Bachelor's degree": "must"}

    def test_a_degree_that_experience_can_stand_in_for_does_not_decide(self):
        assert weights(self.JOB.format("Bachelor's degree or equivalent experience")) == {
            "Bachelor's degree": "nice"
        }


class TestJobDescriptions:
    def test_one_sentence_that_is_nice_to_have_leaves_the_others_required(self):
        said = "We need a Python developer. You must know Django. Redis is a plus."
        assert weights(said) == {"Python": "must", "Django": "must", "Redis": "nice"}

    def test_one_sentence_can_ask_for_this_and_wish_for_that(self):
        assert weights("Requirements:\n- Python required, AWS preferred") == {"Python": "must", "AWS": "nice"}

    def test_a_line_that_opens_as_a_heading_does_can_ask_itself(self):
        assert weights("Must have experience with Docker") == {"Docker": "must"}

    def test_what_stands_above_the_only_heading_is_asked_for(self):
        assert weights("You know Python.\nNice to have:\n- Redis") == {"Python": "must", "Redis": "nice"}

    def test_prose_about_the_company_asks_for_nothing(self):
        assert weights("We are a family business, founded in Ohio, with ovens, bikes and dogs.") == {}

    def test_what_nobody_shows_by_naming_it_is_not_looked_for(self):
        assert weights("Requirements:\n- Team player\n- Strong communication skills\n- Python") == {
            "Python": "must"
        }

    @pytest.mark.parametrize(
        ("line", "keys"),
        [
            ("AWS, GCP or Azure", ["AWS or GCP or Azure"]),
            ("AWS/GCP, Docker", ["AWS or GCP", "Docker"]),
            ("PyTorch or JAX, CUDA", ["PyTorch or JAX", "CUDA"]),
            ("Python, Java/Kotlin", ["Python", "Java or Kotlin"]),
            ("Python and Django, or Flask", ["Python", "Django or Flask"]),
        ],
    )
    def test_alternatives_are_one_requirement(self, line, keys):
        assert list(weights(f"Requirements:\n- {line}")) == keys


class TestDoubt:
    def test_nobody_is_rejected_for_a_page_that_could_not_be_read(self):
        answer = read_for("Requirements: Python, Django, Redis", page("Excel"), "")
        assert (answer.outcome, "Not all of the document" in answer.reason) == ("Needs Review", True)

    def test_nor_for_what_lies_beyond_the_text_that_is_looked_at(self):
        answer = read_for("Requirements: Python, Django, Redis", page("Excel") + "\nbread" * 50_000)
        assert answer.outcome == "Needs Review"
