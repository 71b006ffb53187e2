"""What recruiters and operators may do, as Django groups that an administrator may widen."""

from enum import StrEnum

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q


class Role(StrEnum):
    RECRUITER = "Recruiter"  # opens jobs, uploads résumés, has them read again, decides
    OPERATOR = "Operator"  # keeps the registry and swaps models, in the admin


PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.RECRUITER: (
        "jobs.add_job",
        "jobs.change_job",
        "jobs.view_job",
        "candidates.add_uploaditem",
        "candidates.add_decision",
        "candidates.add_evaluation",
        "candidates.view_application",
        "candidates.view_candidate",
        "candidates.view_decision",
        "candidates.view_evaluation",
        "candidates.view_resume",
        "candidates.view_uploadbatch",
        "candidates.view_uploaditem",
    ),
    Role.OPERATOR: (
        "models_admin.add_modelconfig",
        "models_admin.change_modelconfig",
        "models_admin.delete_modelconfig",
        "models_admin.view_modelconfig",
        "models_admin.swap_model",
        "models_admin.view_auditevent",
        "models_admin.view_gpuworker",
        "models_admin.view_swap",
    ),
}


def establish() -> None:
    """Make the groups, and give them what they lack; permissions added by hand stay."""
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
        raise LookupError(f"Of the permissions {', '.join(names)} only {found} exist: migrate first.")
    return found


def give(user: User, role: Role) -> None:
    """Put `user` into the role's group; operators work in the admin, so they become staff."""
    user.groups.add(Group.objects.get(name=role.value))
    if role is Role.OPERATOR and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
