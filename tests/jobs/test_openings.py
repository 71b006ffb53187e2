"""A job's versions and their criteria: drawn until somebody writes them, and then nobody else's."""

import pytest

from jobs import openings
from jobs.criteria import listed
from jobs.models import Criterion

pytestmark = pytest.mark.django_db
BAKES, COOKS = "Requirements: sourdough, rye.", "Requirements: soup."
OWN = listed([("Gets up early", "knock_out"), ("Rye", "nice")])


@pytest.fixture
def job(world):
    return openings.create(owner=world.alice, title="Baker", description=BAKES)


@pytest.fixture
def revise(job, world):
    """`revise(description=COOKS)`: the texts of the criteria of the version that this makes."""

    def revise(**changes):
        said = {"title": "Baker", "description": BAKES} | changes
        return texts(openings.revise(job, by=world.alice, **said))

    return revise


def texts(version):
    return [criterion.text for criterion in version.wanted]


def numbers(job):
    return [version.number for version in job.versions.all()]


def test_a_new_job_has_the_criteria_of_its_description(job):
    assert texts(job.current) == ["sourdough", "rye"]


def test_or_those_that_somebody_wrote(world):
    job = openings.create(owner=world.alice, title="Baker", description=BAKES, criteria=OWN)
    assert job.current.wanted == OWN


def test_another_description_draws_them_anew(revise):
    assert revise(description=COOKS) == ["soup"]


def test_unless_somebody_wrote_them(revise):
    revise(criteria=OWN)
    assert revise(description=COOKS) == ["Gets up early", "Rye"]


def test_who_removes_all_of_them_wrote_them_too(revise):
    revise(criteria=())
    assert revise(description=COOKS) == []


def test_who_writes_what_is_drawn_has_written_nothing(revise, job):
    revise(criteria=OWN)
    revise(criteria=listed([("sourdough", "must"), ("rye", "must")]))
    assert job.current.criteria_drawn
    assert revise(description=COOKS) == ["soup"]


def test_another_title_leaves_them_and_whose_they_are(revise, job):
    revise(title="Head baker", criteria=OWN)
    assert revise(title="Baker of cakes") == ["Gets up early", "Rye"]
    assert not job.current.criteria_drawn


def test_what_was_drawn_stays_drawn_though_a_later_release_draws_otherwise(revise, job, monkeypatch):
    monkeypatch.setattr(openings, "draw", lambda description: ())
    assert revise(title="Head baker") == ["sourdough", "rye"]
    assert job.current.criteria_drawn


@pytest.mark.parametrize(
    "criteria",
    [
        OWN[:1],
        tuple(reversed(OWN)),
        listed([("Gets up early", "must"), ("Rye", "nice")]),
        listed([("Gets up at four", "knock_out"), ("Rye", "nice")]),
    ],
    ids=["removed", "another order", "another weight", "another text"],
)
def test_every_change_of_them_is_a_version(revise, job, criteria):
    revise(criteria=OWN)
    revise(criteria=criteria)
    assert numbers(job) == [3, 2, 1]


def test_the_same_is_none(revise, job):
    revise(criteria=OWN)
    revise(criteria=OWN)
    revise()
    assert numbers(job) == [2, 1]


def test_an_earlier_version_keeps_its_own(revise, job):
    revise(criteria=OWN)
    assert texts(job.versions.get(number=1)) == ["sourdough", "rye"]


def test_a_criterion_is_never_changed(job):
    criterion = Criterion.objects.first()
    criterion.text = "cakes"
    with pytest.raises(TypeError):
        criterion.save()
