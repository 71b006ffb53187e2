"""Static files under names that carry a digest of their content, so that browsers may keep them forever.

A process collects them when it first needs them: nobody has to run `collectstatic`, and a new release never
serves the files of the last one.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands import collectstatic
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command

KEPT = 3  # a site of the last release may still serve its files while the new one starts
UNFINISHED = "unfinished"
IMPORT = r"""(?P<matched>\b(?P<word>from|import) "(?P<url>\.[^"]+)")"""


class HashedStaticFiles(ManifestStaticFilesStorage):
    """The files of one release at `location`; by default those of this release, collected if need be."""

    # For our own modules only: Django's own patterns take examples in comments of other scripts for imports.
    patterns = (*ManifestStaticFilesStorage.patterns, ("wfc/*.js", ((IMPORT, '%(word)s "%(url)s"'),)))

    def __init__(self, location: str | os.PathLike[str] | None = None, **options: Any) -> None:
        super().__init__(location or collected(Path(settings.STATIC_ROOT)), **options)


def collected(root: Path) -> Path:
    """Return the folder below `root` with the files of this release; make it if it is missing."""
    folder = root / _digest()
    if not folder.exists():
        root.mkdir(parents=True, exist_ok=True)
        with _locked(root):
            if not folder.exists():  # another process may have made it meanwhile
                _collect(root / UNFINISHED)
                (root / UNFINISHED).rename(folder)
    os.utime(folder)
    _remove_old(root)
    return folder


def _digest() -> str:
    """Return a digest of everything that the collected files depend on."""
    digest = hashlib.sha256(django.__version__.encode() + Path(__file__).read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(path.encode())
            with storage.open(path) as file:
                digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _locked(root: Path) -> Iterator[None]:
    with (root / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _collect(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # left by a process that was killed
    command = collectstatic.Command()
    command.storage = HashedStaticFiles(location=folder)
    call_command(command, interactive=False, verbosity=0)


def _remove_old(root: Path) -> None:
    """Remove all releases but the KEPT that were used last."""
    releases = [entry for entry in root.iterdir() if entry.is_dir() and entry.name != UNFINISHED]
    for release in sorted(releases, key=lambda entry: entry.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(release, ignore_errors=True)
