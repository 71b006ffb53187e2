"""What the people of tests/world.py may do."""

import pytest

from jobs.models import Job
from wfc_site import roles


@pytest.mark.parametrize("right", ["jobs.add_job", "candidates.add_uploaditem", "candidates.add_decision"])
def test_recruiters_open_jobs_upload_and_decide(world, right):
    assert world.alice.has_perm(right)


def test_recruiters_do_not_swap(world):
    assert not world.alice.has_perm("models_admin.swap_model")


def test_operators_swap_and_keep_the_registry(world):
    assert world.olga.has_perms(["models_admin.swap_model", "models_admin.change_modelconfig"])


def test_operators_cannot_rewrite_what_happened(world):
    changing = [
        "models_admin.change_auditevent",
        "models_admin.delete_auditevent",
        "models_admin.change_swap",
    ]
    assert not any(world.olga.has_perm(right) for right in changing)


def test_an_operator_sees_no_job(world):
    assert not Job.objects.visible_to(world.olga).exists()


def test_a_right_that_an_administrator_added_survives_the_next_start(world):
    from django.contrib.auth.models import Group, Permission

    extra = Permission.objects.get(codename="view_every_job")
    Group.objects.get(name="Recruiter").permissions.add(extra)
    roles.establish_roles()
    assert extra in Group.objects.get(name="Recruiter").permissions.all()


@pytest.fixture
def person(world, django_user_model):
    """`person(Role.AUDITOR)`: somebody new in that role and in no team."""

    def person(role: roles.Role):
        user = django_user_model.objects.create_user(role.value)
        roles.give_role(user, role)
        return user

    return person


def test_a_hiring_manager_reads_the_jobs_of_the_own_teams(person, world):
    helen = person(roles.Role.HIRING_MANAGER)
    assert not Job.objects.visible_to(helen).exists()
    world.team.members.add(helen)
    assert list(Job.objects.visible_to(helen)) == [world.job]


@pytest.mark.parametrize("role", [roles.Role.HIRING_MANAGER, roles.Role.AUDITOR])
def test_whoever_only_reads_changes_nothing(person, role):
    rights = person(role).get_all_permissions()
    assert {right.split(".")[1].split("_")[0] for right in rights} == {"view"}


def test_an_auditor_reads_every_job_and_the_trail_in_the_admin(person, world):
    arno = person(roles.Role.AUDITOR)
    assert list(Job.objects.visible_to(arno)) == [world.job]
    assert (arno.is_staff, arno.has_perm("models_admin.view_auditevent")) == (True, True)


def test_recruiters_and_hiring_managers_do_not_work_in_the_admin(person, world):
    assert (world.alice.is_staff, person(roles.Role.HIRING_MANAGER).is_staff) == (False, False)
