"""The wheel of this checkout, built and installed into a virtual environment of its own."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from django.conf import settings

NO_SOURCES = shutil.ignore_patterns(".*", "tests", "docs", "build", "dist", "__pycache__", "*.egg-info")


def copied_sources(folder: Path) -> Path:
    """Copy what the wheel is built from: a build in the checkout would leave files behind."""
    return shutil.copytree(settings.BASE_DIR, folder, ignore=NO_SOURCES)


def built(sources: Path, folder: Path) -> Path:
    """Build the wheel of `sources` into `folder`."""
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(sources))
    (wheel,) = folder.glob("*.whl")
    return wheel


def environment(wheel: Path, folder: Path) -> Path:
    """Install `wheel` into a new environment, which sees the dependencies installed here; return its bin.

    A path file names the folder of the dependencies. Python follows no path files inside that folder, so the
    checkout, which is installed there by one, is not seen.
    """
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    _pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
