"""LibreOffice, headless, if installed: converts a Word document to PDF for page images."""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from candidates.documents import sandbox

log = logging.getLogger(__name__)

WALL_S = 60.0
CHILD = sandbox.CHILD.with_name("libreoffice.py")
NAMES = ("soffice", "libreoffice")
# No macros, and no downloads of what a document links to.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""  # noqa: E501  # one setting a line


def program() -> str | None:
    """Return the path of LibreOffice, None if it is not installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def as_pdf(path: Path) -> Iterator[Path | None]:
    """Yield the Word document at `path` as a temporary PDF; None if there is none."""
    found = program()
    if found is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="wfc-office-") as folder:
        yield _converted(found, path, Path(folder))


def _converted(program: str, path: Path, folder: Path) -> Path | None:
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(SETTINGS)
    shutil.copyfile(path, folder / "document.docx")
    _run([sys.executable, "-I", "-B", str(CHILD), program, str(folder), str(WALL_S)], folder)
    pdf = folder / "document.pdf"
    if not pdf.is_file() or pdf.is_symlink():
        log.warning("No page images for a Word document: LibreOffice made no PDF of it.")
        return None
    return pdf


def _run(command: list[str], folder: Path) -> None:
    """Wait for the process, which limits and ends itself and its children; end it if it does not."""
    home = {"HOME": str(folder), "TMPDIR": str(folder)}
    path = {"PATH": os.environ.get("PATH", os.defpath)}
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**home, **path, "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"},
        process_group=0,
    )
    with sandbox.counted(child), contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(WALL_S + sandbox.GRACE_S)
        if child.returncode != -signal.SIGKILL:  # how it ends itself, with its whole group
            log.warning("The process around LibreOffice ended with %s.", child.returncode)
