"""What `make run` puts before a newcomer: two accounts, their tokens, a sample job with sample résumés."""

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


def prepare(path: Path) -> Passwords:
    """Make what is missing; passwords that `path` holds stay, and those that it does not hold are set anew.

    The sample job comes with the recruiter's account, once: who deletes it does not get it back.
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
    """Make the account if there is none; return its password, which is `password` where that still fits."""
    user, _ = User.objects.get_or_create(username=name)
    roles.give(user, role)
    if not (password and user.check_password(password)):
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save(update_fields=["password"])
    return password


def _sample_job() -> Job:
    """The file's first line is the title."""
    title, _, description = (SAMPLES / "job.txt").read_text().partition("\n")
    owner = User.objects.get(username="recruiter")
    return openings.create(owner=owner, title=title.strip(), description=description.strip())


def _send_samples(job: Job) -> None:
    """Through the same door as everybody's files."""
    paths = sorted(SAMPLES.glob("*.pdf"))
    batch = intake.open_batch(
        job=job, user=job.owner, announced_count=len(paths), source=UploadBatch.Source.PAGE
    )
    for path in paths:
        intake.receive(batch, SimpleUploadedFile(path.name, path.read_bytes(), "application/pdf"))


def publish(path: Path, url: str, passwords: Passwords) -> None:
    """Write how to sign in, for programs; tokens of an earlier start end once the new ones can be read."""
    made = {name: _token(name) for name in passwords}
    users = {name: {"password": passwords[name], "token": token} for name, (_, token) in made.items()}
    _write_privately(path, json.dumps({"url": url, "users": users}, indent=2) + "\n")
    new = [auth_token.pk for auth_token, _ in made.values()]
    AuthToken.objects.filter(user__username__in=made).exclude(pk__in=new).delete()


def _token(name: str) -> tuple[AuthToken, str]:
    made: tuple[AuthToken, str] = AuthToken.objects.create(User.objects.get(username=name), expiry=TOKEN_TTL)
    return made


def _write_privately(path: Path, text: str) -> None:
    """Whole or not at all, and from its first moment readable by its owner alone."""
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
