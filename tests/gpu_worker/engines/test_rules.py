"""The keyword rules: what they find, what they do not take for it, and what they make of it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candidates.documents import extraction, kinds
from candidates.evaluations.answers import Answer, Met
from gpu_worker.engines.protocol import EngineFailed, EngineSpec, Request
from gpu_worker.engines.rules import RulesEngine, evaluate
from gpu_worker.engines.rules.text import read_pages
from jobs.criteria.requirements import drawn
from jobs.criteria.tokens import cleaned, tokens
from models_admin.models.thresholds import Thresholds
from tests.growth import LINEAR, growth

RESUMES = sorted((Path(__file__).parents[2] / "data" / "resumes").glob("*.pdf"))
RESEARCH = """Requirements:
- Python and C++
- PyTorch or JAX, CUDA
- Kubernetes, distributed training
- PhD in computer science
Nice to have: Rust, Haskell
We offer: SAP, free lunch"""

PERSON = """Robin Example
robin.example@example.com · +1 415 555 0100
Experience
Baker, 2015 – 2019
Education
Bachelor of Baking
Skills
{skills}"""


def read_for(job: str, *pages: str, **thresholds: Any) -> Answer:
    request = Request(id=1, job_title="A job", job_description=job, pages=pages)
    return evaluate(request, Thresholds(**thresholds))


def with_skills(skills: str) -> str:
    return PERSON.format(skills=skills)


def verdicts(answer: Answer) -> dict[str, Met]:
    return {criterion.key: criterion.verdict for criterion in answer.criteria}


@cache
def pages_of(path: Path) -> tuple[str, ...]:
    return tuple(page.text for page in extraction.read_document(path, kinds.PDF, max_pages=20).pages)


class TestTerms:
    @pytest.mark.parametrize("word", ["C++", "C#", ".NET", "Node.js", "ASP.NET", "scikit-learn", "F#"])
    def test_names_of_technology_stay_whole(self, word):
        assert [token.text for token in tokens(f"knows {word}, well")] == ["knows", word, "well"]

    def test_a_slash_parts_two_terms(self):
        assert [token.text for token in tokens("Java/Kotlin")] == ["Java", "Kotlin"]

    def test_but_not_those_that_are_written_with_one(self):
        assert len(tokens("CI/CD")) == 1

    def test_a_compound_is_its_parts_too(self):
        assert "python" in tokens("Python-based")[0].forms

    @pytest.mark.parametrize(
        ("wanted", "has"),
        [
            ("Java", "JavaScript"),
            ("JavaScript", "Java"),
            ("Angular", "AngularJS"),
            ("React", "R"),
            ("R", "React"),
            ("Go", "Google, going, go"),
            ("C", "C++, C#, Objective-C"),
            ("C++", "C"),
            ("C#", "C"),
            (".NET", "net sales"),
            ("SQL", "NoSQL"),
        ],
    )
    def test_one_name_is_not_another(self, wanted, has):
        answer = read_for(f"Requirements: {wanted}", with_skills(has))
        assert verdicts(answer) == {wanted: Met.NO_EVIDENCE}

    @pytest.mark.parametrize("term", ["Java", "JavaScript", "C", "C++", "C#", ".NET", "Node.js", "Go", "R"])
    def test_every_name_is_itself(self, term):
        answer = read_for(f"Requirements: {term}", with_skills(f"Excel, {term}, SAP"))
        assert verdicts(answer) == {term: Met.MET}

    def test_artefacts_of_pdfs_are_cleaned(self):
        assert cleaned("\uf0b7 ◆ eﬃcient\u00a0\u00ad  models\x02") == "efficient models"


class TestRequirements:
    def test_headings_part_the_required_from_the_nice_to_have(self):
        assert [(r.key, r.weight.value) for r in drawn("Must have:\n- Python\nNice to have:\n- Redis")] == [
            ("Python", "must"),
            ("Redis", "nice"),
        ]

    def test_a_line_can_say_itself_that_it_is_nice_to_have(self):
        assert [r.weight.value for r in drawn("Requirements:\n- Redis is a plus")] == ["nice"]

    def test_what_the_company_offers_is_not_asked_for(self):
        assert "SAP" not in {r.key for r in drawn(RESEARCH)}

    def test_either_of_two_will_do(self):
        assert "PyTorch or JAX" in {r.key for r in drawn(RESEARCH)}

    def test_words_that_nobody_knows_are_taken_as_they_stand(self):
        assert [r.key for r in drawn("Requirements: sourdough baking, lamination")] == [
            "sourdough baking",
            "lamination",
        ]

    def test_a_degree_and_years_are_requirements_of_their_own(self):
        found = drawn("Requirements:\n- Master's degree\n- 5+ years of experience with Python")
        assert [r.key for r in found] == ["Master's degree", "5 years of experience", "Python"]

    def test_each_is_asked_for_once(self):
        assert [r.key for r in drawn("Requirements:\n- Python\n- Python and python")] == ["Python"]


class TestVerdict:
    JOB = "Requirements: Python, Django, PostgreSQL, Docker, Redis"

    @pytest.mark.parametrize(
        ("skills", "outcome"),
        [
            ("Python, Django, PostgreSQL, Docker", "Shortlisted"),
            ("Python, Django", "Needs Review"),
            ("Excel", "Rejected"),
        ],
    )
    def test_the_share_of_required_terms_decides(self, skills, outcome):
        assert read_for(self.JOB, with_skills(skills)).outcome == outcome

    def test_thresholds_move_it(self):
        assert read_for(self.JOB, with_skills("Python, Django"), shortlist_share=0.4).outcome == "Shortlisted"

    def test_the_reason_shows_what_was_found_what_is_missing_and_the_threshold(self):
        assert read_for(self.JOB, with_skills("Python, Django")).reason == (
            "2 of 5 required terms found (40%): Python, Django. Missing: PostgreSQL, Docker, Redis. "
            "Shortlisted from 75%. Keyword rules, no understanding."
        )

    def test_what_is_nice_to_have_does_not_decide(self):
        job = "Requirements: Python, Django, Docker\nNice to have: Haskell, Erlang, Perl"
        assert read_for(job, with_skills("Python, Django, Docker")).outcome == "Shortlisted"

    def test_a_job_that_names_hardly_anything_is_for_a_person_to_decide(self):
        answer = read_for("We bake bread and are a friendly team.", with_skills("Baking"))
        assert (answer.outcome, "A person has to decide" in answer.reason) == ("Needs Review", True)

    def test_a_quote_is_the_line_with_its_page(self):
        answer = read_for(self.JOB, with_skills("Excel"), "Projects\nMoved a shop to Django and Redis")
        quoted = {c.key: (c.quote, c.page) for c in answer.criteria if c.quote}
        assert quoted["Django"] == ("Moved a shop to Django and Redis", 2)

    def test_a_higher_degree_meets_a_lower_one_and_a_lower_partly_a_higher(self):
        job = "Requirements:\n- Bachelor's degree\n- PhD"
        answer = read_for(job, with_skills("x").replace("Bachelor of Baking", "MSc Baking"))
        assert verdicts(answer) == {"Bachelor's degree": Met.MET, "Doctorate": Met.PARTLY}

    def test_years_that_the_resume_states_count(self):
        answer = read_for(
            "Requirements: 5 years of experience", with_skills("6 years of experience in bakeries")
        )
        assert verdicts(answer) == {"5 years of experience": Met.MET}

    def test_so_do_those_of_its_dates(self):
        page = with_skills("Bakeries").replace("2015 – 2019", "2011 – 2019")
        assert verdicts(read_for("Requirements: 5 years of experience", page)) == {
            "5 years of experience": Met.MET
        }

    def test_a_resume_without_dates_says_nothing_of_years(self):
        page = with_skills("Bakeries").replace(", 2015 – 2019", "")
        assert verdicts(read_for("Requirements: 5 years of experience", page)) == {
            "5 years of experience": Met.NO_EVIDENCE
        }

    def test_the_name_does_not_matter(self):
        page = with_skills("Python, Django")
        other = page.replace("Robin Example", "Óluwaseun Adébáyò-Müller")
        first, second = read_for(self.JOB, page), read_for(self.JOB, other)
        assert (first.outcome, first.reason, first.criteria) == (
            second.outcome,
            second.reason,
            second.criteria,
        )


class TestKind:
    INVOICE = (
        "Invoice 4471\nBill to: A Shop\nQuantity 3 Unit price 20.00\nSubtotal 60.00\nVAT 20%\nTotal due 72.00"
    )
    LETTER = "Dear Ms Miller,\nI am writing to apply. I know Python, Django and Docker.\nKind regards\nRobin Example"

    @pytest.mark.parametrize(("page", "what"), [(INVOICE, "an invoice"), (LETTER, "a letter")])
    def test_what_is_no_resume_is_invalid_and_says_what_it_is(self, page, what):
        answer = read_for(TestVerdict.JOB, page)
        assert (answer.outcome, what in answer.reason) == ("Invalid", True)

    def test_a_resume_that_speaks_of_invoices_is_one(self):
        page = with_skills("Invoice, VAT, payment terms, purchase order, Python")
        assert read_for(TestVerdict.JOB, page).outcome != "Invalid"

    @pytest.mark.parametrize("pages", [(), ("",), ("  \n\x0c",)])
    def test_a_document_without_text_is_for_a_person_to_look_at(self, pages):
        answer = read_for(TestVerdict.JOB, *pages)
        assert (answer.outcome, "no text layer" in answer.reason) == ("Needs Review", True)

    def test_what_cannot_be_told_is_for_a_person_to_look_at(self):
        assert read_for(TestVerdict.JOB, "Python Django Docker Redis PostgreSQL").outcome == "Needs Review"


class TestPerson:
    def test_name_email_and_phone_are_found(self):
        answer = read_for(TestVerdict.JOB, with_skills("x"))
        assert (answer.name, answer.email, answer.phone) == (
            "Robin Example",
            "robin.example@example.com",
            "+14155550100",
        )

    def test_a_name_that_a_column_broke_apart_is_joined(self):
        assert (
            read_for("", "Robin\nExample\nPastry Chef\nrobin@example.com\nExperience").name == "Robin Example"
        )

    def test_nothing_is_made_up(self):
        answer = read_for("", "Experience\nBaker 2019 – 2023\nEducation\nSchool")
        assert (answer.name, answer.email, answer.phone) == (None, None, None)


class TestSameFactsSeveralLayouts:
    @pytest.mark.parametrize("path", RESUMES, ids=lambda path: path.stem)
    def test_every_layout_gets_the_same_verdict_for_the_same_reason(self, path):
        answer, first = read_for(RESEARCH, *pages_of(path)), read_for(RESEARCH, *pages_of(RESUMES[0]))
        assert answer.outcome == "Shortlisted"
        assert (answer.reason, verdicts(answer)) == (first.reason, verdicts(first))

    @pytest.mark.parametrize("path", RESUMES, ids=lambda path: path.stem)
    def test_every_layout_is_the_same_person(self, path):
        answer = read_for(RESEARCH, *pages_of(path))
        assert (answer.name, answer.email, answer.phone) == ("John Doe", "john.doe@email.com", None)

    @pytest.mark.parametrize("path", RESUMES, ids=lambda path: path.stem)
    def test_a_second_reading_is_the_same_to_the_byte(self, path):
        first, second = read_for(RESEARCH, *pages_of(path)), read_for(RESEARCH, *pages_of(path))
        assert first.model_dump_json() == second.model_dump_json()


class TestWhateverComes:
    @settings(deadline=None)  # the machine may be busy
    @given(st.lists(st.text(max_size=300), max_size=4), st.text(max_size=300))
    def test_any_text_gets_a_valid_answer_that_json_can_hold(self, pages, job):
        answer = read_for(job, *pages)
        assert json.loads(answer.model_dump_json())["outcome"] == answer.outcome

    @settings(deadline=None)  # the machine may be busy
    @given(st.lists(st.sampled_from(["Python", "Django", "\n", " ", "ﬁrst", "Redis,", "Skills", "x" * 150])))
    def test_every_quote_stands_on_its_page(self, words):
        page = with_skills(" ".join(["Python", *words]))
        quotes = [
            criterion.quote for criterion in read_for(TestVerdict.JOB, page).criteria if criterion.quote
        ]
        assert quotes
        assert [quote for quote in quotes if quote not in " ".join(page.split())] == []

    def test_only_so_much_text_is_looked_at(self):
        assert sum(len(line.text) for line in read_pages(("a " * 500_000, "b " * 500_000)).lines) <= 200_000

    @pytest.mark.parametrize("piece", ["a.", "a-", "@", "a@b.", "a.\n", "Python, "])
    def test_a_text_without_an_end_takes_as_long_as_it_is(self, piece):
        assert growth(lambda page: read_for(TestVerdict.JOB, page), piece, 16_000) < LINEAR


class TestEngine:
    def engine(self, **rules: object) -> RulesEngine:
        return RulesEngine(EngineSpec(id=1, name="rules/test", provider="rules", rules=rules))

    async def test_it_loads_and_answers_its_canary(self):
        engine = self.engine(shortlist_share=0.9, reject_share=0.35)
        await engine.load()
        await engine.check()

    @pytest.mark.parametrize(
        ("rules", "words"),
        [
            ({"shortlist": 0.5}, "shortlist is unknown, allowed are shortlist_share"),
            ({"shortlist_share": 2}, "shortlist_share"),
            ({"shortlist_share": 0.3, "reject_share": 0.4}, "reject_share must be less"),
        ],
    )
    async def test_wrong_thresholds_are_refused_with_what_is_allowed(self, rules, words):
        with pytest.raises(EngineFailed, match=words):
            await self.engine(**rules).load()
