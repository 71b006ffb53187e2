"""What people may do by their work, as Django groups that an administrator may widen."""

from enum import StrEnum

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q


class Role(StrEnum):
    RECRUITER = "Recruiter"  # opens jobs, uploads résumés, has them read again, decides
    HIRING_MANAGER = "Hiring manager"  # reads the jobs that are shared with them
    OPERATOR = "Operator"  # keeps the registry and swaps models, in the admin
    AUDITOR = "Auditor"  # reads everything, and the trail of who did what; changes nothing


READS_JOBS = (
    "jobs.view_job",
    "candidates.view_application",
    "candidates.view_candidate",
    "candidates.view_decision",
    "candidates.view_evaluation",
    "candidates.view_resume",
    "candidates.view_uploadbatch",
    "candidates.view_uploaditem",
)
READS_MODELS = (
    "models_admin.view_modelconfig",
    "models_admin.view_enginerecord",
    "models_admin.view_gpuworker",
    "models_admin.view_swap",
    "models_admin.view_trial",
    "models_admin.view_auditevent",
)
STAFF = frozenset({Role.OPERATOR, Role.AUDITOR})  # they work in the admin


PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.RECRUITER: (
        *READS_JOBS,
        "jobs.add_job",
        "jobs.change_job",
        "candidates.add_uploaditem",
        "candidates.add_decision",
        "candidates.export_application",
        "candidates.add_evaluation",
    ),
    Role.HIRING_MANAGER: READS_JOBS,
    Role.OPERATOR: (
        *READS_MODELS,
        "models_admin.add_modelconfig",
        "models_admin.change_modelconfig",
        "models_admin.delete_modelconfig",
        "models_admin.delete_enginerecord",
        "models_admin.swap_model",
    ),
    Role.AUDITOR: (
        *READS_JOBS,
        *READS_MODELS,
        "jobs.view_every_job",
        "jobs.view_team",
        "candidates.view_hidden",
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
    """Put `user` into the role's group; who works in the admin becomes staff."""
    user.groups.add(Group.objects.get(name=role.value))
    if role in STAFF and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
