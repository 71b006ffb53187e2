"""Finding candidates by words: of the person, of the reason, of the résumé as people see it."""

import pytest
from django.core.management import call_command

from candidates.evaluations import search
from candidates.models import Application, Candidate, Evaluation, Resume, SearchText

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(add, listed):
    """Who is found by `q`, of Ann who wrote this text and Ben who wrote another."""
    add(
        "Ann Müller",
        email="ann.mueller@example.com",
        text="Senior C++ and Node.js in Gießen, 2019",
        reason="Knows Django.",
    )
    add("Ben", text="Baker. Bread & rolls in Łódź.", reason="No Python.")
    return lambda q: listed(f"q={q}")


@pytest.mark.parametrize(
    "q",
    [
        "Ann", "muller", "MÜLLER", "Mül", "ann.mueller@example.com", "ann.muel", "django", "senior", "seni",
        "c%2B%2B", "node.js", "giessen", "2019", "senior+django", "ann+c%2B%2B", "+++senior+++",
    ],
)  # fmt: skip
def test_ann_is_found_by_the_beginnings_of_her_words(found, q):
    assert found(q) == ["Ann Müller"]


@pytest.mark.parametrize("q", ["enior", "senior+bread", "java", "c%23", "mueller2", "2020"])
def test_nobody_is_found_by_what_nobody_said(found, q):
    assert found(q) == []


@pytest.mark.parametrize(
    "q",
    [
        '"', "'", "''", '"senior', "*", "senior*", "(", ")", "(senior", "NOT", "a AND", "OR", "NEAR(a b)", "person:",
        "text : a", "{", "}", "^a", "-", "--", ";", "\\", "%", "_", "a:*", "!", "&", "|", "<->", "'a':*", "\0", "😀", "\ud800",
        "x" * 5000, " ".join("abcdefghij"),
    ],
)  # fmt: skip
def test_no_query_is_wrong(found, world, q):
    list(Application.objects.filter(search.condition(q)))


def test_the_words_of_the_language_of_queries_are_words(add, listed):
    add("Ann", text="near and not or")
    assert listed("q=NEAR") == listed("q=AND") == listed("q=NOT+OR") == ["Ann"]


def test_hidden_words_find_nobody(add, listed):
    made = add("Ann", text="Baker")
    hidden = [{"reason": "covered", "boxes": [], "text": "Kubernetes"}]
    Resume.objects.filter(pk=made.resume_id).update(pages=[{"text": "Baker", "hidden": hidden}])
    search.index([made.pk])
    assert (listed("q=kubernetes"), listed("q=baker")) == ([], ["Ann"])


def test_a_blind_search_does_not_know_who_people_are(add):
    add(
        "Ann Baker",
        email="ann@example.org",
        text="Ann Baker, ann@example.org. Rust.",
        reason="Ann knows Rust.",
    )
    blind = {q: Application.objects.filter(search.condition(q, blind=True)).exists()
             for q in ("ann", "baker", "example", "rust")}  # fmt: skip
    assert blind == {"ann": False, "baker": False, "example": False, "rust": True}


def test_what_is_erased_is_found_no_more(add):
    made = add("Ann", text="Baker")
    made.delete()
    assert not SearchText.objects.exists()


def test_a_document_of_any_length_can_be_kept(add, listed):
    add("Ann", text=" ".join(f"word{n:07d}{'x' * 60}" for n in range(20_000)))
    assert listed("q=word0000001") == ["Ann"]


def test_the_index_is_made_anew_by_a_command(add, listed):
    made = add("Ann", text="Baker")
    SearchText.objects.all().delete()
    Application.objects.update(by_outcome=4, by_name="")
    Candidate.objects.filter(pk=made.candidate_id).update(name="Anna")
    Evaluation.objects.update(reason="Bakes.")
    assert listed("q=anna") == []
    call_command("reindex")
    assert listed("q=anna+bakes+baker") == ["Anna"]
