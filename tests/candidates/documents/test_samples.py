"""The sample résumés that `make run` shows are small, made from their source, and of nobody."""

import re
import runpy
from pathlib import Path

import pytest
import yaml

from candidates.documents import extraction, kinds

DEMO = Path(__file__).parents[3] / "config" / "demo"
PEOPLE = yaml.safe_load((DEMO / "people.yaml").read_text())
SAMPLES = sorted(DEMO.glob("*.pdf"))


def text_of(path: Path) -> str:
    return "\n".join(page.text for page in extraction.read_document(path, kinds.PDF, max_pages=20).pages)


def test_the_samples_are_byte_for_byte_what_their_source_makes(tmp_path):
    runpy.run_path(str(DEMO / "make_samples.py"))["main"](tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in SAMPLES}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["file"])
def test_name_address_and_every_skill_of_a_person_can_be_read(person):
    text = " ".join(text_of(DEMO / f"{person['file']}.pdf").split())
    wanted = [person["name"], *person["contact"][2:], *person["skills"].values()]
    assert [words for words in wanted if words not in text] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_addresses_and_telephone_numbers_are_those_kept_for_fiction(path):
    text = text_of(path)
    addresses, phones = (
        re.findall(r"\S+@(\S+?)(?:,|\s|$)", text),
        re.findall(r"\+1 \d{3} (\d{3} \d\d)\d\d", text),
    )
    assert addresses
    assert set(addresses) <= {"example.com", "example.org"}
    assert set(phones) == {"555 01"}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_small(path):
    assert path.stat().st_size < 60_000


def test_one_sample_is_no_resume():
    assert text_of(DEMO / "invoice-4471.pdf").startswith("INVOICE")


def test_the_sample_job_asks_for_what_some_people_have_and_others_have_not():
    assert "- Django or FastAPI in production" in (DEMO / "job.txt").read_text().splitlines()
