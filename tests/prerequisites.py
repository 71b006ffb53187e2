"""What tests need beside Python packages: looked for, installed where that is allowed, else named.

Allowed means: as root or with a sudo that asks for no password, by Debian's or Ubuntu's package manager.
"""

import ctypes
import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.postgres import binary_folder


def chromium() -> str | None:
    """The system's chromium; None means that Playwright's own is used, if it is there."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def bring_browser() -> str:
    """Return "" when the browser tests can run, else the sentence why not."""
    if chromium() or _playwrights_own():
        return ""
    if _is_debian() and _apt_install("chromium", "fonts-liberation") and chromium():
        return ""
    _run([sys.executable, "-m", "playwright", "install", *_with_libraries(), "chromium"])
    if _playwrights_own():
        return ""
    return "no chromium (Debian: apt-get install chromium; elsewhere: .venv/bin/playwright install chromium)"


def bring_postgres() -> str:
    """Return "" when the PostgreSQL tests can run, else the sentence why not."""
    if binary_folder() or (_apt_install("postgresql") and binary_folder()):
        return ""
    return "no PostgreSQL server (Debian, Ubuntu: apt-get install postgresql)"


def no_vllm_for_this() -> str:
    """Return "" where vLLM can be brought, or is there, else the sentence for what it is not pinned for."""
    python = ".".join(platform.python_version_tuple()[:2])
    here = f"Python {python} on {platform.system()} {platform.machine()}"
    pinned = "Python 3.11 on Linux x86_64"
    if here == pinned or importlib.util.find_spec("vllm"):
        return ""
    return f"vLLM's CPU build is pinned for {pinned}, this is {here}"


def bring_vllm() -> str:
    """Return "" when the tests with real vLLM can run, else the sentence why not."""
    if not (_has_numa() or (_apt_install("libnuma1") and _has_numa())):
        return "no libnuma (Debian, Ubuntu: apt-get install libnuma1)"
    if importlib.util.find_spec("vllm"):
        return ""
    if shutil.which("nvidia-smi"):
        return "no vLLM (make install-gpu)"  # the build for CPUs would stand in its way
    _run(["make", "--no-print-directory", "install-cpu"])
    importlib.invalidate_caches()
    return "" if importlib.util.find_spec("vllm") else "no vLLM (make install-cpu)"


def _has_numa() -> bool:
    try:
        ctypes.CDLL("libnuma.so.1")
    except OSError:
        return False
    return True


def _playwrights_own() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def _with_libraries() -> list[str]:
    return ["--with-deps"] if _root_prefix() is not None and shutil.which("apt-get") else []


def _is_debian() -> bool:
    """Ubuntu's package of this name only points to a snap, which runs in no container."""
    path = Path("/etc/os-release")
    return path.exists() and "ID=debian" in path.read_text().splitlines()


def _apt_install(*packages: str) -> bool:
    prefix = _root_prefix()
    if prefix is None or not shutil.which("apt-get"):
        return False
    install = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages]
    return _apt_update() and _run([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *install])


@cache
def _apt_update() -> bool:
    return _run([*(_root_prefix() or []), "apt-get", "update", "-qq"])


@cache
def _root_prefix() -> list[str] | None:
    """What makes a command run as root: nothing for root, a sudo that asks for nothing, None = no way."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _run(["sudo", "-n", "true"]):
        return ["sudo", "-n"]
    return None


def _run(command: list[str]) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0
