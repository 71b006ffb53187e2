"""The made-up people of the screening benchmark, and the résumés that say what is true of them."""

import io
import re
import zipfile
from html import unescape
from itertools import combinations

import phonenumbers
import pypdfium2
import pytest

from candidates.documents import kinds
from tests.screening import names
from tests.screening.cases import HELD_OUT_FIELDS, Part, Sheet, cases, sheets
from tests.screening.facts import Month, Truth
from tests.screening.layouts import HELD_OUT, LAYOUTS
from tests.screening.lines_of_work import FIELDS
from tests.screening.openings import OPENINGS
from tests.screening.others import others
from tests.screening.people import PER_FIELD, PLANS, aim, people, twins

NOVEMBER = Month(2026, 11)
EVERYBODY = people(as_of=NOVEMBER)
OWN = {opening.field: opening for opening in OPENINGS}
ONE_OF_EACH_PLAN = [EVERYBODY[number * 17 % 64] for number in range(16)]  # all plans, all fields


def read(content: bytes) -> str:
    """The text of a document without any space: where a line breaks is up to the layout."""
    return "".join(pages(content))


def pages(content: bytes) -> list[str]:
    """The text of each page of a PDF, or all of a Word document, without any space."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            xml = "".join(parts.read(name).decode() for name in parts.namelist() if name.startswith("word/"))
        return [squeezed(unescape("".join(re.findall("<w:t>([^<]*)</w:t>", xml))))]
    return [squeezed(page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(content)]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_there_are_sixty_people_for_four_jobs_in_eight_layouts():
    assert len(EVERYBODY) >= 60
    assert (len(OPENINGS), len(LAYOUTS)) == (4, 8)
    assert len(list(cases(sheets(EVERYBODY)))) == len(EVERYBODY) * 32


def test_everybody_is_what_they_are_to_be_for_the_job_of_their_field():
    assert [person.number for person in EVERYBODY if OWN[person.field].truth(person) is not aim(person)] == []


def test_every_job_has_qualified_borderline_and_unqualified_people_of_its_own_field():
    told = {(person.field, OWN[person.field].truth(person)) for person in EVERYBODY}
    assert told == {(field, truth) for field in FIELDS for truth in Truth}


def test_nobody_is_qualified_for_a_job_of_another_field():
    strangers = [(person, job) for person in EVERYBODY for job in OPENINGS if person.field != job.field]
    assert {job.truth(person) for person, job in strangers} == {Truth.UNQUALIFIED}


def test_years_are_a_year_away_from_what_the_job_asks_so_that_dates_without_months_decide_nothing():
    asked = {opening.field: next(must.years for must in opening.musts if must.years) for opening in OPENINGS}
    close = [
        person.number for person in EVERYBODY if abs(person.years_in(person.field) - asked[person.field]) < 1
    ]
    assert close == []


def test_overlapping_months_count_once():
    overlapping = [person for person in EVERYBODY if PLANS[person.number % PER_FIELD].overlap]
    sums = [(sum(len(role.months) for role in person.roles) / 12, person.years) for person in overlapping]
    assert all(summed > merged for summed, merged in sums)


def test_what_is_true_does_not_hang_on_the_month_in_which_it_is_read():
    later = people(as_of=Month(2031, 2))
    assert [OWN[person.field].truth(person) for person in later] == [aim(person) for person in EVERYBODY]


def test_all_have_names_and_addresses_of_their_own():
    assert len({str(person.name) for person in EVERYBODY}) == len(EVERYBODY)
    assert len({person.email for person in EVERYBODY}) == len(EVERYBODY)


def test_no_address_leads_anywhere():
    assert {person.email.split("@")[1] for person in EVERYBODY} <= set(names.DOMAINS)
    assert all(re.search(r"(^|\.)example\.(org|com|net)$", domain) for domain in names.DOMAINS)


def test_a_number_as_written_is_the_number_that_is_expected():
    for person in EVERYBODY:
        match = next(
            iter(
                phonenumbers.PhoneNumberMatcher(
                    person.phone_written, None, leniency=phonenumbers.Leniency.POSSIBLE
                )
            )
        )
        assert phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164) == person.phone


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_resume_says_what_is_true_of_the_person(layout):
    for person in ONE_OF_EACH_PLAN:
        text = read(Sheet(person=person, layout=layout).content)
        told = [
            str(person.name).upper() if layout == "dense" else str(person.name),
            person.email,
            person.phone_written,
        ]
        told += [*person.listed, *(degree.written for degree in person.degrees)]
        told += [words for role in person.roles for words in (role.title, role.employer)]
        told += [
            duty.text.rstrip(".").replace(";", "," if layout == "dense" else ";")
            for role in person.roles
            for duty in role.duties
        ]
        assert [words for words in told if squeezed(words) not in text] == [], person.number


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_resume_has_as_many_roles_with_dates_as_the_person(layout):
    for person in ONE_OF_EACH_PLAN:
        text = read(Sheet(person=person, layout=layout).content)
        assert all(str(role.start.year) in text for role in person.roles), person.number


def test_a_resume_claims_nothing_that_the_person_lacks_but_where_they_stuff_a_list_or_say_that_they_lack_it():
    for person in EVERYBODY:
        plan = PLANS[person.number % PER_FIELD]
        if plan.listed == "stuffed":
            continue
        text = " ".join(
            duty.text
            for role in person.roles
            for duty in role.duties
            if not duty.text.startswith("No experience")
        )
        text += " ".join(
            [*person.listed, person.headline, person.summary, *(degree.written for degree in person.degrees)]
        )
        lacked = {skill for must in OWN[person.field].missing(person) for skill in must.any_of}
        claimed = [skill for skill in lacked if re.search(rf"(?i)\b{re.escape(skill)}\b", text)]
        assert claimed == [], person.number


def test_the_same_person_gives_the_same_bytes():
    again = people(as_of=NOVEMBER)
    for layout in LAYOUTS:
        assert (
            Sheet(person=again[5], layout=layout).content == Sheet(person=EVERYBODY[5], layout=layout).content
        )


def test_another_seed_gives_other_people():
    assert people(as_of=NOVEMBER, seed=7)[0] != EVERYBODY[0]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_twins_differ_in_nothing_but_their_name_and_the_address_that_repeats_it(layout):
    person = EVERYBODY[20]
    nameless = set()
    for twin in (person, *twins(person, 4)):
        text = read(Sheet(person=twin, layout=layout).content)
        for own in (twin.email, str(twin.name), str(twin.name).upper()):
            text = text.replace(squeezed(own), "")
        nameless.add(text)
    assert len(nameless) == 1


def test_twins_come_from_other_origins_and_are_women_and_men():
    origins = [twin.name.origin.split(", ") for twin in twins(EVERYBODY[3], 4)]
    assert len({origin for origin, _ in origins} | {EVERYBODY[3].name.origin.split(", ")[0]}) == 5
    assert {gender for _, gender in origins} == {"woman", "man"}


def test_two_layouts_and_one_job_are_held_out():
    assert (len(HELD_OUT), len(HELD_OUT_FIELDS)) == (2, 1)


def test_nothing_held_out_is_ever_part_of_what_is_tuned_with():
    tuned = [case for case in cases(sheets(EVERYBODY)) if case.part is Part.TUNING]
    assert len(tuned) == 48 * 3 * 6
    for case in tuned:
        assert case.sheet.layout not in HELD_OUT
        assert not {case.opening.field, case.sheet.person.field} & HELD_OUT_FIELDS


def test_a_long_resume_has_two_pages_and_mostly_goes_on_overleaf_in_the_midst_of_a_role():
    broken = []
    for person in EVERYBODY:
        first, second = pages(Sheet(person=person, layout="two_pages").content)
        assert all(f"page{number}of2" in page for number, page in ((1, first), (2, second)))
        begun = [role for role in person.roles if squeezed(f"{role.title}, {role.employer}") in first]
        broken.append(any(squeezed(role.duties[-1].text) not in first for role in begun if role.duties))
    assert sum(broken) > len(broken) * 0.8


def test_the_word_document_is_one():
    sheet = Sheet(person=EVERYBODY[6], layout="office")
    assert kinds.recognise(io.BytesIO(sheet.content)) == kinds.DOCX
    assert sheet.name == "006-office.docx"


def test_all_layouts_look_different():
    texts = [read(Sheet(person=EVERYBODY[8], layout=layout).content) for layout in LAYOUTS]
    assert all(one != other for one, other in combinations(texts, 2))


def test_resumes_are_small():
    assert max(len(Sheet(person=EVERYBODY[6], layout=layout).content) for layout in LAYOUTS) < 60_000


def test_what_is_no_resume_is_invoices_letters_and_empty_scans():
    kinds = {other.name.split()[0]: other for other in others()}
    assert kinds.keys() == {"invoice", "letter", "menu", "scan"}
    assert read(kinds["scan"].content) == ""
    assert "Amountdue" in read(kinds["invoice"].content)
