"""The people that tests are about, by name: what each may see and do is the same everywhere."""

from dataclasses import dataclass

from django.contrib.auth.models import User

from jobs import openings
from jobs.models import Job, Team
from wfc_site import roles
from wfc_site.roles import Role


@dataclass(frozen=True, kw_only=True)
class World:
    """Alice owns `job`, Bob is in her team, Charlie must see nothing of it, Olga may swap models.

    Alice, Bob and Charlie are recruiters. `job` belongs to Alice and to `team`.
    """

    alice: User
    bob: User
    charlie: User
    olga: User
    team: Team
    job: Job


PASSWORD = "a long enough passphrase"


def build() -> World:
    roles.establish_roles()
    alice, bob, charlie = (_person(name, Role.RECRUITER) for name in ("alice", "bob", "charlie"))
    olga = _person("olga", Role.OPERATOR)
    team = Team.objects.create(name="Bakery")
    team.members.add(alice, bob)
    job = openings.create(
        owner=alice,
        team=team,
        title="Python developer",
        description="Requirements: Python, Django, PostgreSQL. Nice to have: Docker.",
    )
    return World(alice=alice, bob=bob, charlie=charlie, olga=olga, team=team, job=job)


def _person(name: str, role: Role) -> User:
    user = User.objects.create_user(name, f"{name}@example.com", PASSWORD)
    roles.give_role(user, role)
    return user
