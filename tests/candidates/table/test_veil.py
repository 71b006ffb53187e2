"""No order, filter or search tells what the page does not show before a person has decided."""

import pytest

from candidates.blind import fairness
from candidates.deciding import decisions
from candidates.evaluations import search
from candidates.models import Application, Candidate, changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def blind(world):
    fairness.arrange(world.job, blind=True, sample_percent=0, by=world.alice)


def test_a_blind_table_cannot_be_sorted_by_name(add, blind, listed, world):
    add("Zoë"), add("Ann")
    assert set(Application.objects.values_list("by_name", flat=True)) == {""}


def test_whoever_was_decided_on_is_sorted_by_name_again(add, blind, world):
    ann = add("Ann")
    decisions.decide(ann, status="Accepted", user=world.alice)
    assert Application.objects.get().by_name == "ann"


def test_a_blind_table_is_not_searched_by_who_people_are(add, blind, listed):
    add("Ann", email="ann@example.org", text="Ann bakes.")
    assert (listed("q=ann"), listed("q=example"), len(listed("q=bakes"))) == ([], [], 1)


@pytest.mark.parametrize("q", ["annlee", "linkedin", "0170", "maria", "berlin"])
def test_nor_by_what_stands_in_their_words_on_the_document(add, blind, listed, q):
    text = "0170 2233445 linkedin.com/in/annlee, Maria, Berlin\nBread"
    made = add("Ann Lee", text=text)
    Candidate.objects.update(phone="+491702233445")
    made.evaluations.update(name="Maria Lee")
    search.index([made.pk])
    assert (listed(f"q={q}"), len(listed("q=bread"))) == (
        [f"Candidate {made.pk}"] if q == "berlin" else [],
        1,
    )


def test_nor_by_anything_before_it_is_known_who_they_are(add, blind, listed):
    made = add("Ann", text="Ann bakes.")
    Application.objects.update(candidate=None, current_evaluation=None)
    search.index([made.pk])
    assert listed("q=ann") == []


@pytest.fixture
def sampled(add):
    """A row of the sample, whose verdict nobody may know yet."""
    made = add("Ann", outcome="Rejected", reason="No yeast.", text="Bread")
    Application.objects.filter(pk=made.pk).update(sampled=True)
    changes.applications_changed({made.pk: made.job_id})
    search.index([made.pk])
    made.refresh_from_db()
    return made


def test_a_hidden_verdict_is_found_by_no_filter_and_no_word(sampled, listed):
    assert (listed("outcome=Rejected"), listed("q=yeast")) == ([], [])
    assert listed("outcome=Hidden until decided&q=bread") == ["Ann"]


def test_a_first_decision_brings_it_into_both(sampled, listed, world):
    decisions.decide(sampled, status="Accepted", user=world.alice)
    assert listed("outcome=Rejected&q=yeast") == ["Ann"]
