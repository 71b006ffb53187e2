"""The demo of `make run`: two accounts with tokens, and a sample job with sample résumés."""

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from knox.models import AuthToken

from candidates.models import UploadBatch
from candidates.uploads import intake
from jobs import openings
from jobs.models import Job
from wfc_site import roles
from wfc_site.roles import Role

PEOPLE = {"recruiter": Role.RECRUITER, "operator": Role.OPERATOR}
SAMPLES = settings.CONFIG_DIR / "demo"
TOKEN_TTL = timedelta(days=30)

Passwords = dict[str, str]


def prepare_demo(path: Path) -> Passwords:
    """Create what is missing. Passwords in `path` are kept; missing ones are set anew.

    The sample job is created once, with the recruiter's account: if deleted, it does not come back.
    """
    kept = _kept(path)
    with transaction.atomic():
        new_here = not User.objects.filter(username="recruiter").exists()
        passwords = {name: _account(name, role, kept.get(name, "")) for name, role in PEOPLE.items()}
        job = _sample_job() if new_here else None
    if job:
        _send_samples(job)
    return passwords


def _kept(path: Path) -> Passwords:
    try:
        return {name: person["password"] for name, person in json.loads(path.read_text())["users"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _account(name: str, role: Role, password: str) -> str:
    """Create the account if it is missing; return `password` if it is still valid, else a new one."""
    user, _ = User.objects.get_or_create(username=name)
    roles.give_role(user, role)
    if not (password and user.check_password(password)):
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
    return password


def _sample_job() -> Job:
    """Create the sample job; the first line of its file is the title."""
    title, _, description = (SAMPLES / "job.txt").read_text().partition("\n")
    owner = User.objects.get(username="recruiter")
    return openings.create(owner=owner, title=title.strip(), description=description.strip())


def _send_samples(job: Job) -> None:
    """Upload the samples as any other files."""
    paths = sorted(SAMPLES.glob("*.pdf"))
    batch = intake.open_batch(
        job=job, user=job.owner, announced_count=len(paths), source=UploadBatch.Source.PAGE
    )
    for path in paths:
        intake.receive(batch, SimpleUploadedFile(path.name, path.read_bytes(), "application/pdf"))


def publish_sign_in(path: Path, url: str, passwords: Passwords) -> None:
    """Write URL, passwords and new tokens to `path` as JSON; then revoke the tokens of earlier starts."""
    made = {name: _token(name) for name in passwords}
    users = {name: {"password": passwords[name], "token": token} for name, (_, token) in made.items()}
    _write_privately(path, json.dumps({"url": url, "users": users}, indent=2) + "\n")
    new = [auth_token.pk for auth_token, _ in made.values()]
    AuthToken.objects.filter(user__username__in=made).exclude(pk__in=new).delete()


def _token(name: str) -> tuple[AuthToken, str]:
    made: tuple[AuthToken, str] = AuthToken.objects.create(User.objects.get(username=name), expiry=TOKEN_TTL)
    return made


def _write_privately(path: Path, text: str) -> None:
    """Write atomically; the file is only ever readable by its owner."""
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
