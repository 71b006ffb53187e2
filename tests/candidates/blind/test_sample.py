"""A sample whose verdicts are hidden until a first decision, and what it tells of people and models."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from rest_framework.test import APIClient

from candidates.blind import sample
from candidates.deciding import decisions
from candidates.models import Application, Resume
from candidates.opinions import comparisons
from jobs.models import Job
from wfc_site import roles
from wfc_site.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(make_application):
    """`sealed("Ann", outcome="Rejected")`: in the sample, not decided."""

    def sealed(name, **how):
        application = make_application(name, **how)
        Application.objects.filter(pk=application.pk).update(sampled=True)
        return application

    return sealed


@pytest.fixture
def seen(world, signed_in):
    def seen(name, *args, query=""):
        text = signed_in(world.alice).get(f"{reverse(name, args=args)}?{query}").text
        return text[text.index("<main") : text.index("</main>")]

    return seen


def badges(text: str) -> list[str]:
    words = ("Shortlisted", "Needs Review", "Rejected", "Invalid", "hidden until you decide")
    return [word for word in words if re.search(rf"</svg>\s*{word}</span>", text)]


def test_the_verdict_reads_hidden_until_you_decide(sealed, world, seen):
    ann = sealed("Ann", outcome="Rejected")
    for text in (seen("job-page", world.job.pk), seen("application-page", ann.pk)):
        assert badges(text) == ["hidden until you decide"]
        assert "names Python" not in text
        assert "Python since 2015" not in text


def test_a_decision_opens_it(sealed, world, seen):
    ann = sealed("Ann")
    decisions.decide(ann, status="Rejected", user=world.bob)
    assert "Shortlisted" in badges(seen("application-page", ann.pk))
    assert "Ann names Python." in seen("job-page", world.job.pk)


def test_rest_hides_it_too(sealed, world):
    sealed("Ann")
    client = APIClient()
    client.force_authenticate(world.alice)
    [row] = client.get(f"/api/applications/{world.job.pk}").json()["applications"]
    assert (row["sealed"], row["outcome"], row["status"], row["reason"], row["criteria"]) == (
        True,
        "",
        "",
        "",
        [],
    )


def test_what_is_no_resume_is_told_at_once(sealed, world, seen):
    sealed("Invoice", outcome="Invalid")
    assert badges(seen("job-page", world.job.pk, query="invalid=1")) == ["Invalid"]


def test_a_comparison_leaves_it_out(sealed, make_application, world):
    sealed("Ann"), make_application("Ben")
    assert comparisons.comparable(world.job, world.alice).count() == 1


def test_about_as_many_are_drawn_as_were_asked_for(world):
    world.job.sample_percent = 20
    drawn = sum(sample.draws(world.job, Resume(sha256=f"{number:064d}")) for number in range(2_000))
    assert 320 < drawn < 480  # five standard deviations


@pytest.mark.parametrize(("percent", "drawn"), [(0, False), (100, True)])
def test_nobody_and_everybody(percent, drawn):
    job = Job(pk=1, sample_percent=percent)
    assert {sample.draws(job, Resume(sha256=f"{number:064d}")) for number in range(50)} == {drawn}


def test_the_same_resume_is_drawn_again_the_same():
    job, resume = Job(pk=1, sample_percent=50), Resume(sha256="a" * 64)
    assert len({sample.draws(job, resume) for _ in range(5)}) == 1


def test_only_blind_first_decisions_count(sealed, make_application, world):
    words = [
        ("Shortlisted", "Accepted"),
        ("Shortlisted", "Accepted"),
        ("Rejected", "Rejected"),
        ("Rejected", "Accepted"),
    ]
    for number, (outcome, verdict) in enumerate(words):
        decisions.decide(sealed(f"P{number}", outcome=outcome), status=verdict, user=world.bob)
    decisions.decide(make_application("Open", outcome="Rejected"), status="Accepted", user=world.bob)
    changed = sealed("Changed", outcome="Rejected")
    for verdict in ("Pending", "Rejected", "Accepted"):  # the first word is Rejected
        decisions.decide(changed, status=verdict, user=world.bob)
    decisions.decide(sealed("Maybe", outcome="Needs Review"), status="Accepted", user=world.bob)
    sealed("Waiting")
    found = sample.sample_of(world.job)
    assert (found.drawn, found.decided, found.left_to_people) == (7, 6, 1)
    assert (found.matrix.agreed.count, found.matrix.agreed.of) == (4, 5)


def test_the_page_of_the_job_says_how_often_they_agreed(sealed, world, seen):
    assert 'id="agreement"' not in seen("job-page", world.job.pk)
    decisions.decide(sealed("Ann"), status="Accepted", user=world.bob)
    decisions.decide(sealed("Ben"), status="Rejected", user=world.bob)
    text = seen("job-page", world.job.pk)
    assert "<b>1 of 2</b> agree (50 %, 95 % interval 9 to 91 %)" in text


def test_an_auditor_sees_it_over_rest(sealed, world, signed_in):
    ann = sealed("Ann")
    client = APIClient()
    auditor = User.objects.create_user("audra")
    roles.give_role(auditor, Role.AUDITOR)
    client.force_authenticate(auditor)
    [row] = client.get(f"/api/applications/{world.job.pk}").json()["applications"]
    [reading] = client.get(f"/api/applications/{ann.pk}/evaluations").json()
    assert (row["sealed"], row["outcome"], reading["outcome"]) == (True, "Shortlisted", "Shortlisted")


def test_readings_over_rest_hide_it_as_well(sealed, world):
    ann = sealed("Ann")
    ann.evaluations.update(raw="Shortlisted!", thinking="Shortlist Ann.")
    client = APIClient()
    client.force_authenticate(world.alice)
    for address in (
        f"/api/applications/{ann.pk}/evaluations",
        f"/api/evaluations/{ann.current_evaluation_id}",
    ):
        text = client.get(address).content.decode()
        assert ("hortlist" in text, "names Python" in text) == (False, False)
