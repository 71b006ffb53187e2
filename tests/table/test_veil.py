"""No order, filter or search tells what the page does not show before a person has decided."""

import pytest

from candidates import decisions, evaluations, fairness, search
from candidates.models import Application

pytestmark = pytest.mark.django_db


@pytest.fixture
def blind(world):
    fairness.arrange(world.job, blind=True, sample_percent=0, by=world.alice)


def test_a_blind_table_cannot_be_sorted_by_name(add, blind, listed, world):
    add("Zoë"), add("Ann")
    assert set(Application.objects.values_list("by_name", flat=True)) == {""}


def test_whoever_was_decided_on_is_sorted_by_name_again(add, blind, world):
    ann = add("Ann")
    decisions.decide(ann, verdict="Accepted", user=world.alice)
    assert Application.objects.get().by_name == "ann"


def test_a_blind_table_is_not_searched_by_who_people_are(add, blind, listed):
    add("Ann", email="ann@example.org", text="Ann bakes.")
    assert (listed("q=ann"), listed("q=example"), len(listed("q=bakes"))) == ([], [], 1)


@pytest.fixture
def sampled(add):
    """A row of the sample, whose verdict nobody may know yet."""
    made = add("Ann", outcome="Rejected", reason="No yeast.", text="Bread")
    Application.objects.filter(pk=made.pk).update(sampled=True)
    evaluations.announce({made.pk: made.job_id})
    search.index([made.pk])
    made.refresh_from_db()
    return made


def test_a_hidden_verdict_is_found_by_no_filter_and_no_word(sampled, listed):
    assert (listed("outcome=Rejected"), listed("q=yeast")) == ([], [])
    assert listed("outcome=Hidden until decided&q=bread") == ["Ann"]


def test_a_first_decision_brings_it_into_both(sampled, listed, world):
    decisions.decide(sampled, verdict="Accepted", user=world.alice)
    assert listed("outcome=Rejected&q=yeast") == ["Ann"]
