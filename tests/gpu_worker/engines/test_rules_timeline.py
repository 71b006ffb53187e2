"""The career that a résumé's dates tell: roles, what overlaps, how long in all and with what."""

from datetime import date

import pytest

from candidates.evaluations.answers import Answer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import evaluate, timeline
from gpu_worker.engines.rules.text import read_pages
from jobs.criteria import Criterion, Weight
from models_admin.models.thresholds import Thresholds

TODAY = date(2026, 6, 15)
HEAD = "Robin Example\nrobin@example.com\n\n"


def career(experience: str, rest: str = "") -> timeline.Career:
    return timeline.career_of(read_pages((f"{HEAD}Experience\n{experience}\n\n{rest}",)), TODAY)


def years(experience: str, rest: str = "") -> float:
    return round(career(experience, rest).months().likely / 12, 1)


def judged(wanted: str, page: str, weight: Weight = Weight.MUST, as_of: date | None = TODAY) -> Answer:
    criteria = (Criterion(key="c1", text=wanted, weight=weight),)
    request = Request(
        id=1, job_title="", job_description="", pages=(HEAD + page,), criteria=criteria, as_of=as_of
    )
    return evaluate(request, Thresholds(least_terms=1))


def verdict(wanted: str, page: str, as_of: date = TODAY) -> Met:
    return judged(wanted, page, as_of=as_of).criteria[0].verdict


class TestTotal:
    def test_years_are_counted_from_the_first_month_to_the_last(self):
        assert years("Baker, Jan 2015 – Dec 2019") == 5.0

    def test_what_overlaps_is_counted_once(self):
        assert years("Baker, Jan 2015 – Dec 2019\n\nChef, Jan 2018 – Dec 2020") == 6.0

    def test_a_gap_is_not_counted(self):
        assert years("Baker, Jan 2015 – Dec 2015\n\nChef, Jan 2018 – Dec 2018") == 2.0

    def test_present_is_the_day_of_the_application(self):
        assert years("Baker, Jan 2025 – Present") == 1.5

    def test_without_that_day_it_is_the_last_date_that_the_resume_names(self):
        page = f"{HEAD}Experience\nBaker, Jan 2015 – Present\n\nMember of the guild, Dec 2019"
        assert timeline.career_of(read_pages((page,)), None).months().likely == 60

    def test_and_then_it_contradicts_nothing(self):
        page = "Experience\nBaker, Jan 2019 – Present"
        assert judged("5 years of experience", page, as_of=None).criteria[0].verdict == Met.PARTLY

    def test_bare_years_go_from_summer_to_summer(self):
        assert years("Baker, 2015 – 2018\n\nChef, 2018 – 2020") == 5.0

    def test_education_is_no_experience(self):
        assert years("Baker, Jan 2015 – Dec 2016", "Education\nBSc Baking, 2010 – 2014") == 2.0

    def test_nor_is_a_degree_between_two_roles(self):
        assert (
            years("Baker, Jan 2015 – Dec 2016\n\nMSc Baking, University of Bread\nJan 2012 – Dec 2014") == 2.0
        )

    @pytest.mark.parametrize(
        "heading",
        [
            "Berufserfahrung",
            "EXPÉRIENCE PROFESSIONNELLE",
            "Experiencia laboral",
            "Work History",
            "E X P E R I E N C E",
        ],
    )
    def test_the_section_is_known_by_its_heading_in_four_languages(self, heading):
        page = f"{HEAD}{heading}\nBaker, Jan 2015 – Dec 2019\n\nEducation\nSchool of bread, 2000 – 2010"
        assert timeline.career_of(read_pages((page,)), TODAY).months().likely == 60

    def test_what_lies_in_the_future_is_not_counted(self):
        assert years("Baker, Jan 2026 – Dec 2030") == 0.5


class TestRoles:
    @pytest.mark.parametrize(
        "experience",
        [
            "Baker, Oven Ltd, Jan 2015 – Dec 2016\n• Python\n\nChef, Pan Ltd, Jan 2018 – Dec 2020\n• Kafka",
            "Baker\nOven Ltd | Jan 2015 – Dec 2016\n• Python\n\nChef\nPan Ltd | Jan 2018 – Dec 2020\n• Kafka",
            "Baker\nJan 2015 – Dec 2016\n• Python\nChef\nJan 2018 – Dec 2020\n• Kafka",
            "Jan 2015 – Dec 2016\nBaker\n• Python\n\nJan 2018 – Dec 2020\nChef\n• Kafka",
            "Jan 2015 – Dec 2016 Baker, Oven Ltd\nPython was mine.\nJan 2018 – Dec 2020 Chef, Pan Ltd\nKafka was mine.",
            "Baker, Oven Ltd\n• Python\n• Bread\n\nOhio\nJan 2015 – Dec 2016\n\nChef, Pan Ltd\n• Kafka\n• Rolls\n\nOhio\nJan 2018 – Dec 2020",
        ],
    )
    def test_lines_belong_to_the_role_whose_date_stands_with_them(self, experience):
        page = f"Experience\n{experience}"
        then = date(2021, 1, 1)
        for wanted, found in (("2 years", [Met.MET, Met.MET]), ("3 years", [Met.PARTLY, Met.MET])):
            assert [verdict(f"{wanted} of {skill}", page, then) for skill in ("Python", "Kafka")] == found


class TestYearsOfASkill:
    PAGE = """Experience
Developer, Jan 2016 – Dec 2020
• Python and Kafka

Developer, Jan 2021 – Present
• Python

Skills
Python, Kafka, Docker"""

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ("At least 5 years of Python", Met.MET),
            ("10+ years of Python", Met.MET),
            ("5 years of Kafka", Met.MET),
            ("6 years of Kafka", Met.PARTLY),
            ("3 years of Docker", Met.PARTLY),
            ("3 years of Rust", Met.NO_EVIDENCE),
            ("3 years of Rust or Kafka", Met.MET),
            ("3 years of Python and Kafka", Met.MET),
        ],
    )
    def test_roles_that_show_it_are_added_up(self, wanted, found):
        assert verdict(wanted, self.PAGE) == found

    def test_a_quote_shows_where(self):
        found = judged("5 years of Kafka", self.PAGE).criteria[0]
        assert (found.quote, found.page) == ("Python and Kafka", 1)

    @pytest.mark.parametrize(
        "line",
        ["6 years of Python", "Python (6 years)", "Python: 6+ yrs", "six years of experience with Python"],
    )
    def test_what_the_resume_states_counts_too(self, line):
        assert verdict("5 years of Python", f"Skills\n{line}\n\nEducation\nSchool") == Met.MET

    def test_years_of_one_thing_are_not_years_of_another(self):
        assert (
            verdict("5 years of Python", "Skills\nPython, Java (6 years)\n\nEducation\nSchool") == Met.PARTLY
        )

    def test_nobody_has_used_it_longer_than_they_have_worked(self):
        page = "Experience\nDeveloper, Jan 2025 – Present\n• Python"
        assert verdict("5 years of Python", page) == Met.NOT_MET


class TestRecency:
    OLD = "Experience\nDeveloper, Jan 2001 – Dec 2010\n• Perl and Java\n\nBaker, Jan 2011 – Present\n• Bread"

    def test_what_was_used_long_ago_counts_in_part(self):
        answer = judged("Perl", self.OLD)
        assert (answer.criteria[0].verdict, "Perl (last used 2010)" in answer.reason) == (Met.PARTLY, True)

    def test_unless_it_is_listed_as_well(self):
        assert verdict("Perl", f"{self.OLD}\n\nSkills\nPerl") == Met.MET

    def test_a_job_can_ask_for_recent_use(self):
        page = "Experience\nDeveloper, Jan 2015 – Dec 2021\n• Perl\n\nDeveloper, Jan 2022 – Present\n• Java"
        assert verdict("Perl in the last 3 years", page) == Met.PARTLY
        assert verdict("Java in the last 3 years", page) == Met.MET
