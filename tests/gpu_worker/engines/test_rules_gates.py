"""When the rules reject, when they leave it to a person, and what they do not let themselves be talked into."""

from datetime import date

import pytest

from candidates.evaluations.answers import Answer, Met
from gpu_worker.engines.protocol import Request
from gpu_worker.engines.rules import evaluate
from jobs.criteria import Criterion, Weight
from models_admin.models.thresholds import Thresholds

SKILLS = ("Python", "Django", "PostgreSQL", "Docker", "Redis")
PAGE = """Robin Example
robin@example.com

Experience
Developer, Oven Ltd, Jan 2016 – Present
• {work}

Education
BSc Baking, 2015

Skills
{skills}"""
JOB = "Requirements:\n" + "\n".join(f"- Solid experience with {skill} in production" for skill in SKILLS)


def read_for(page: str, *knock_outs: str, description: str = "") -> Answer:
    musts = [Criterion(key=skill, text=skill, weight=Weight.MUST) for skill in SKILLS]
    gates = [Criterion(key=text, text=text, weight=Weight.KNOCK_OUT) for text in knock_outs]
    request = Request(
        id=1,
        job_title="A job",
        job_description=description,
        pages=(page,),
        criteria=(*musts, *gates),
        as_of=date(2026, 6, 1),
    )
    return evaluate(request, Thresholds())


def page(work: str = "Built it", skills: str = ", ".join(SKILLS), more: str = "") -> str:
    return PAGE.format(work=work, skills=skills) + "\n" + more


class TestKnockOuts:
    @pytest.mark.parametrize(
        ("gate", "more"),
        [
            ("Work permit for the EU", "I have no work permit yet."),
            ("Right to work in the UK", "Visa sponsorship required"),
            ("20 years of experience", ""),
            ("Fluent German (C1)", "\nLanguages\nGerman (A2)"),
            ("Forklift licence", "No forklift licence"),
        ],
    )
    def test_what_the_resume_itself_contradicts_rejects(self, gate, more):
        answer = read_for(page(more=more), gate)
        assert answer.outcome == "Rejected"
        assert f"The résumé itself contradicts a knock-out: {gate}" in answer.reason

    @pytest.mark.parametrize(
        ("gate", "more"),
        [
            ("Work permit for the EU", "EU citizen"),
            ("Work permit for the EU", "No visa sponsorship required"),
            ("Work permit for the EU", "I do not need a visa."),
            ("5 years of experience", ""),
            ("Fluent German (C1)", "\nLanguages\nGerman (native)"),
            ("Team player", ""),
        ],
    )
    def test_who_passes_is_shortlisted_as_without_it(self, gate, more):
        assert read_for(page(more=more), gate).outcome == "Shortlisted"

    @pytest.mark.parametrize(
        "gate", ["Work permit for the EU", "Forklift licence", "Fluent German (C1)", "PhD", "Haskell"]
    )
    def test_silence_is_for_a_person_to_ask_about(self, gate):
        answer = read_for(page(), gate)
        assert (answer.outcome, f"Ask about: {gate}" in answer.reason) == ("Needs Review", True)

    def test_fewer_years_than_wanted_reject_only_where_no_date_leaves_room(self):
        short = page().replace("Jan 2016 – Present", "Jan 2016 – Dec 2017")
        assert read_for(short, "5 years of experience").outcome == "Needs Review"

    def test_a_must_that_is_contradicted_does_not_reject(self):
        answer = read_for(page(skills="Python, Django, PostgreSQL, Docker. No experience with Redis"))
        assert (answer.outcome, "Not met: Redis (the résumé says so)" in answer.reason) == (
            "Needs Review",
            True,
        )


class TestLanguages:
    GERMAN = """Robin Beispiel

Berufserfahrung
Bäcker, 2015 – 2019
• Verantwortlich für die Brote und das Sortiment der Filiale
• Einkauf mit dem Leiter und Planung der Schichten für das Team
• Schulung von neuen Kollegen bei der Arbeit mit dem Ofen

Ausbildung
Lehre als Bäcker bei der Mühle in Brotheim"""
    ENGLISH = "We are looking for a developer with experience in the services of our team. " * 3

    def test_nobody_is_rejected_for_words_that_another_language_has_others_for(self):
        answer = read_for(self.GERMAN, description=self.ENGLISH)
        assert (answer.outcome, "The résumé is in German, the job in English." in answer.reason) == (
            "Needs Review",
            True,
        )

    def test_in_the_same_language_they_count(self):
        answer = read_for(
            self.GERMAN,
            description="Wir suchen für das Team der Bäckerei einen mit den Kenntnissen von der Arbeit. " * 3,
        )
        assert answer.outcome == "Rejected"


class TestStuffing:
    LONG = ", ".join([*SKILLS, *(f"Tool{number}" for number in range(60))])

    def verdicts(self, answer: Answer) -> set[Met]:
        return {found.verdict for found in answer.criteria}

    def test_a_list_of_everything_counts_in_part(self):
        answer = read_for(page(skills=self.LONG))
        assert (answer.outcome, self.verdicts(answer)) == ("Needs Review", {Met.PARTLY})

    def test_so_does_a_table_of_everything(self):
        things = self.LONG.split(", ")
        rows = ["\t".join(things[start : start + 4]) for start in range(0, len(things), 4)]
        answer = read_for(page(skills="\n".join(rows)))
        assert (answer.outcome, self.verdicts(answer)) == ("Needs Review", {Met.PARTLY})

    def test_what_roles_show_counts_in_full_all_the_same(self):
        answer = read_for(page(work="Ran Python, Django, PostgreSQL, Docker and Redis", skills=self.LONG))
        assert (answer.outcome, self.verdicts(answer)) == ("Shortlisted", {Met.MET})

    def test_a_job_description_that_is_pasted_in_counts_in_part(self):
        answer = read_for(page(skills=JOB.replace("Requirements:\n", "")), description=JOB)
        assert (answer.outcome, self.verdicts(answer)) == ("Needs Review", {Met.PARTLY})
        assert "only in text copied from the job description" in answer.reason

    def test_who_words_a_few_things_as_the_job_does_is_believed(self):
        answer = read_for(
            page(skills=f"Solid experience with Python in production\n{', '.join(SKILLS)}"), description=JOB
        )
        assert self.verdicts(answer) == {Met.MET}


class TestOnlyListed:
    DUTIES = "Answered the telephone\n• Sorted the post\n• Booked travel"

    def test_what_no_role_shows_is_for_a_person_to_look_at_where_roles_tell_what_was_done(self):
        answer = read_for(page(self.DUTIES))
        assert (answer.outcome, "no role shows any of them" in answer.reason) == ("Needs Review", True)

    def test_roles_without_duties_show_nothing_and_deny_nothing(self):
        assert read_for(page("Worked")).outcome == "Shortlisted"

    def test_one_thing_that_is_shown_is_enough_to_believe_the_list(self):
        assert read_for(page(f"{self.DUTIES}\n• Wrote Python")).outcome == "Shortlisted"


class TestSame:
    @pytest.mark.parametrize(
        "name", ["Óluwaseun Adébáyò-Müller", "April May", "Django Redis", "Summer Jan Young"]
    )
    def test_the_name_changes_nothing(self, name):
        work = "Built with Python"
        first = read_for(page(work, "Docker, Redis"), "5 years of experience")
        second = read_for(page(work, "Docker, Redis").replace("Robin Example", name), "5 years of experience")
        assert (first.outcome, first.reason, first.criteria) == (
            second.outcome,
            second.reason,
            second.criteria,
        )

    def test_equal_input_gives_equal_bytes(self):
        first, second = read_for(page(), "German"), read_for(page(), "German")
        assert first.model_dump_json() == second.model_dump_json()
