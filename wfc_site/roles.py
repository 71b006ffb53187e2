"""Roles and their permissions, as Django groups that an administrator may extend."""

from enum import StrEnum

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q


class Role(StrEnum):
    RECRUITER = "Recruiter"  # creates jobs, uploads résumés, requests evaluations, decides
    HIRING_MANAGER = "Hiring manager"  # views the jobs that are shared with them
    OPERATOR = "Operator"  # maintains the registry and swaps models, in the admin
    AUDITOR = "Auditor"  # views everything, and the audit trail; changes nothing


VIEWS_JOBS = (
    "jobs.view_job",
    "candidates.view_application",
    "candidates.view_candidate",
    "candidates.view_decision",
    "candidates.view_evaluation",
    "candidates.view_resume",
    "candidates.view_uploadbatch",
    "candidates.view_uploaditem",
)
VIEWS_MODELS = (
    "models_admin.view_modelconfig",
    "models_admin.view_enginerecord",
    "models_admin.view_gpuworker",
    "models_admin.view_swap",
    "models_admin.view_trial",
    "models_admin.view_auditevent",
)
STAFF = frozenset({Role.OPERATOR, Role.AUDITOR})  # they use the admin


PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.RECRUITER: (
        *VIEWS_JOBS,
        "jobs.add_job",
        "jobs.change_job",
        "candidates.add_uploaditem",
        "candidates.add_decision",
        "candidates.export_application",
        "candidates.add_evaluation",
    ),
    Role.HIRING_MANAGER: VIEWS_JOBS,
    Role.OPERATOR: (
        *VIEWS_MODELS,
        "models_admin.add_modelconfig",
        "models_admin.change_modelconfig",
        "models_admin.delete_modelconfig",
        "models_admin.delete_enginerecord",
        "models_admin.swap_model",
    ),
    Role.AUDITOR: (
        *VIEWS_JOBS,
        *VIEWS_MODELS,
        "jobs.view_every_job",
        "jobs.view_team",
        "candidates.view_hidden",
    ),
}


def establish_roles() -> None:
    """Create the groups and add missing permissions; permissions added by hand stay."""
    for role, names in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.add(*_permissions(names))


def _permissions(names: tuple[str, ...]) -> list[Permission]:
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    found = list(Permission.objects.filter(wanted))
    if len(found) != len(names):
        raise LookupError(
            f"Some of the permissions {', '.join(names)} do not exist, only {found}. Migrate first."
        )
    return found


def give_role(user: User, role: Role) -> None:
    """Add `user` to the role's group; roles that use the admin make them staff."""
    user.groups.add(Group.objects.get(name=role.value))
    if role in STAFF and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
