"""A hub on loopback that serves one small repository the way huggingface.co does, as far as fetching goes."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "c0ffee" + "0" * 34
CHUNK = 1 << 16


@dataclass(kw_only=True)
class Hub:
    """`files` of the repository `name`, by path. What is asked for is in `asked`, "METHOD path".

    Of a file in `held` half is sent, and the rest when `going_on` is set. It says of its weights that they
    are `grown_bytes` larger than they are.
    """

    name: str
    files: dict[str, bytes]
    gated: bool = False
    grown_bytes: int = 0
    asked: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    halfway: threading.Event = field(default_factory=threading.Event)
    going_on: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def downloads(self) -> list[str]:
        """The files whose content was asked for, in that order."""
        return [
            line.rpartition("/")[2] for line in self.asked if line.startswith("GET") and "/resolve/" in line
        ]


@contextlib.contextmanager
def serving(name: str, folder: Path) -> Iterator[Hub]:
    """A hub with the files of `folder` as the repository `name`, until the end of the block."""
    hub = Hub(name=name, files={path.name: path.read_bytes() for path in folder.iterdir()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.going_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *_: object) -> None:
        """Nothing: what was asked is in `hub.asked`."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.hub.asked.append(f"{self.command} {path}")
        if path.startswith(f"/api/models/{self.hub.name}/tree/"):
            self._json([self._listed(file) for file in sorted(self.hub.files)])
        elif path in (f"/api/models/{self.hub.name}", f"/api/models/{self.hub.name}/revision/main"):
            self._json(self._described())
        elif path.startswith(f"/api/models/{self.hub.name}/revision/"):
            self._refuse(404, "RevisionNotFound")
        elif path.startswith(f"/{self.hub.name}/resolve/"):
            self._file(path.rpartition("/")[2])
        else:
            self._refuse(401, "RepoNotFound")  # what the hub says to one who has not signed in

    def _described(self) -> dict[str, object]:
        sizes = {file: len(content) for file, content in self.hub.files.items()}
        sizes["model.safetensors"] = sizes.get("model.safetensors", 0) + self.hub.grown_bytes
        siblings = [{"rfilename": file, "size": size} for file, size in sizes.items() if size]
        return {"_id": "1", "id": self.hub.name, "sha": COMMIT, "private": False, "siblings": siblings}

    def _listed(self, file: str) -> dict[str, object]:
        content = self.hub.files[file]
        return {"type": "file", "path": file, "size": len(content), "oid": _etag(content)}

    def _file(self, name: str) -> None:
        content = self.hub.files.get(name)
        if self.hub.gated:
            self._refuse(403, "GatedRepo")
        elif content is None:
            self._refuse(404, "EntryNotFound")
        else:
            self._send(200, content, {"ETag": f'"{_etag(content)}"', "X-Repo-Commit": COMMIT}, name)

    def _json(self, said: object) -> None:
        self._send(200, json.dumps(said).encode(), {"Content-Type": "application/json"})

    def _refuse(self, status: int, code: str) -> None:
        self._send(status, b"", {"X-Error-Code": code, "X-Error-Message": f"{code}."})

    def _send(self, status: int, content: bytes, headers: dict[str, str], name: str = "") -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        with contextlib.suppress(ConnectionError):  # who fetched was ended
            if name in self.hub.held:
                half = len(content) // 2
                self.wfile.write(content[:half])
                self.hub.halfway.set()
                self.hub.going_on.wait()
                content = content[half:]
            self.wfile.write(content)


def _etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
