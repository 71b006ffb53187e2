"""Deciding: with a reason, back to Pending, and while somebody else decides as well."""

import pytest
from django.urls import reverse

from candidates.deciding import decisions
from candidates.models import Decision, reasons
from models_admin.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def decide(ann, signed_in, world):
    """`decide(status="Accepted", …)`: Alice decides with the application's page open, by our script."""

    def decide(**said):
        address = reverse("application-decide", args=[ann.pk])
        return signed_in(world.alice, htmx=True).post(address, {"on": "page", **said})

    return decide


def test_the_page_offers_every_reason(ann, signed_in, world):
    text = signed_in(world.alice).get(reverse("application-page", args=[ann.pk])).text
    for key in reasons.KEYS:
        assert f'<option value="{key}">' in text


def test_a_reason_is_kept_and_shown_in_words(decide):
    answer = decide(status="Rejected", reason="experience", note="Two years.")
    assert Decision.objects.get().reason == "experience"
    assert ("Too little experience" in answer.text, "Two years." in answer.text) == (True, True)


def test_the_script_gets_every_part_of_the_page(decide):
    text = decide(status="Accepted").text
    for part in ("who", "verdict", "decision", "criteria", "sheets", "decisions", "evaluations", "document"):
        assert text.count(f'id="{part}" ') == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"status": "Accepted", "reason": "experience"}, "is a reason for Rejected, not for Accepted"),
        ({"status": "Rejected", "reason": "hair"}, "“hair” is not a reason. Choose one of meets,"),
        ({"status": "Rejected", "reason": "other"}, "Explain the other reason in the note."),
        ({"status": "Rejected", "seen": "x"}, "Enter a whole number."),
    ],
)
def test_a_reason_that_does_not_fit_is_refused_and_nothing_is_decided(decide, said, sentence):
    answer = decide(**said)
    assert (answer.status_code, sentence in answer.text) == (400, True)
    assert not Decision.objects.exists()


def test_another_reason_stands_in_the_note(decide):
    assert decide(status="Rejected", reason="other", note="The post is filled.").status_code == 200


def test_a_decision_goes_back_to_pending_and_the_history_stays(decide, ann):
    decide(status="Rejected", reason="experience")
    decide(status="Pending", reason="mistake")
    assert list(ann.decisions.values_list("status", "reason")) == [
        ("Pending", "mistake"),
        ("Rejected", "experience"),
    ]


def test_one_that_came_in_between_unseen_is_kept_and_named(decide, ann, world):
    bobs = decisions.decide(ann, status="Rejected", user=world.bob)
    answer = decide(status="Accepted", seen=0)
    assert Decision.objects.get(decided_by=world.alice).overtook == bobs
    assert "Made without seeing that bob had decided <b>Rejected</b>" in answer.text
    assert ann.decisions.count() == 2


def test_one_that_was_seen_is_not_overtaken(decide, ann, world):
    bobs = decisions.decide(ann, status="Rejected", user=world.bob)
    decide(status="Accepted", seen=bobs.pk)
    assert Decision.objects.get(decided_by=world.alice).overtook is None


def test_nobody_overtakes_themselves(decide):
    decide(status="Rejected", seen=0)
    decide(status="Accepted", seen=0)
    assert not Decision.objects.exclude(overtook=None).exists()


def test_the_trail_has_the_reason_and_never_the_note(decide, ann, world):
    bobs = decisions.decide(ann, status="Rejected", user=world.bob)
    decide(status="Accepted", reason="meets", note="Ann is great", seen=0)
    event = AuditEvent.objects.filter(action="application.decide").order_by("-pk")[0]
    assert event.details == {"status": "Accepted", "reason": "meets", "overtook": bobs.pk}


def test_what_a_reading_came_from_is_told(ann, signed_in, world):
    ann.evaluations.update(
        prompt_version="see-3",
        prompt_hash="5eed" * 16,
        sampling={"temperature": 0.0},
        prompt_tokens=812,
        generated_tokens=97,
        seconds=1.25,
        raw='{"outcome": "Shortlisted"}',
        thinking="Python is named twice.",
        model_revision="rev-9",
    )
    text = signed_in(world.alice).get(reverse("application-page", args=[ann.pk])).text
    for words in ("see-3", "5eed", "temperature", "812", "97", "1.25", "&quot;Shortlisted&quot;}", "rev-9"):
        assert words in text
    assert "Python is named twice." in text


def test_criteria_are_shown_as_the_job_words_them(ann, signed_in, world):
    version = world.job.current
    version.criteria.all().delete()
    version.criteria.create(position=1, key="c1", text="Ships <Django> in production", weight="knock_out")
    ann.evaluations.update(criteria=[{"key": "c1", "verdict": "partly", "quote": None, "page": None}])
    text = signed_in(world.alice).get(reverse("application-page", args=[ann.pk])).text
    assert "Ships &lt;Django&gt; in production <span" in text
    assert "knock-out" in text
