"""`manage.py up` in a process and a data folder of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings


def start(folder: Path, port: int, **environment: str) -> "subprocess.Popen[str]":
    own = {"WFC_DATA_DIR": str(folder), "PORT": str(port), "WFC_WORKER_PORT": "0", **environment}
    return launch([sys.executable, "manage.py", "up"], settings.BASE_DIR, **own)


def launch(command: list[str], folder: Path, **environment: str) -> "subprocess.Popen[str]":
    """Start a command in `folder`, with nothing set for wfc, Django or Python but `environment`."""
    # The last two are what vLLM leaves in a process that has run it, as this one may have.
    left_out = ("WFC_", "DJANGO_", "PYTHON", "VLLM_", "LD_PRELOAD")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**inherited, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until_ready(process: "subprocess.Popen[str]") -> str:
    """Read what it says up to its word that it is ready; return that."""
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            return said
    raise AssertionError(f"it ended with {process.wait()}:\n{said}")


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Run the stack for the length of a block, which may stop it itself."""
    with ready(start(folder, port)) as process:
        yield process


@contextlib.contextmanager
def ready(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """Have `process` ready for the length of a block, which may stop it itself."""
    with process:
        try:
            until_ready(process)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def demo(folder: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((folder / "demo.json").read_text())
    return answer


def get(demo: dict[str, Any], person: str, path: str) -> httpx.Response:
    token = demo["users"][person]["token"]
    return httpx.get(demo["url"] + path, headers={"Authorization": f"Token {token}"}, timeout=60)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def refuses(port: int) -> bool:
    """Whether nobody listens at `port` any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
