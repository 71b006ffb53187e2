"""The hub of hub.py on other days: several revisions, large files elsewhere, lines that break, refusals."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.gpu_worker.vllm.hub import COMMIT, Hub, _etag, _Handler


@dataclass(frozen=True, kw_only=True)
class Refusal:
    status: int
    code: str = ""
    message: str = ""
    unless_token: str = ""  # who sends this one is not refused


@dataclass(kw_only=True)
class OddHub(Hub):
    """`refuses` by how a path begins. A path in `silent` is never answered.

    `revisions` are commit and files by branch or tag. With `elsewhere` weights are on another path, as those
    of huggingface.co are on another host. A file in `breaks` is sent to its half and the line is cut, as often
    as is said there; with `forgets_ranges` the rest of it cannot be asked for.
    """

    refuses: dict[str, Refusal] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    revisions: dict[str, tuple[str, dict[str, bytes]]] = field(default_factory=dict)
    elsewhere: bool = False
    breaks: dict[str, int] = field(default_factory=dict)
    forgets_ranges: bool = False
    ranges: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def serving(name: str, folder: Path) -> Iterator[OddHub]:
    """A hub with the files of `folder` as the repository `name`, until the end of the block."""
    hub = OddHub(name=name, files={path.name: path.read_bytes() for path in folder.iterdir()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_OddHandler,), {"hub": hub}))
    server.daemon_threads = True
    server.block_on_close = False
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.going_on.set()
        hub.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _OddHandler(_Handler):
    hub: OddHub

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        if any(path.startswith(begin) for begin in self.hub.silent):
            self.hub.closing.wait()
            self.close_connection = True
        elif refusal := self._refusal(path):
            self._refuse_as(refusal)
        elif path.startswith("/elsewhere/"):
            self.hub.asked.append(f"{self.command} {path}")
            self._content(path.rpartition("/")[2])
        elif found := self._revision(path):
            self._of_revision(path, *found)
        else:
            super()._answer()

    def _refusal(self, path: str) -> Refusal | None:
        for begin, refusal in self.hub.refuses.items():
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if path.startswith(begin) and not (refusal.unless_token and token == refusal.unless_token):
                return refusal
        return None

    def _refuse_as(self, refusal: Refusal) -> None:
        said = {"X-Error-Code": refusal.code, "X-Error-Message": refusal.message}
        self._send(refusal.status, b"", {key: value for key, value in said.items() if value})

    # Revisions

    def _revision(self, path: str) -> tuple[str, dict[str, bytes]] | None:
        asked = path.removeprefix("/api/models").removeprefix(f"/{self.hub.name}").split("/")[2:3]
        for name, (commit, files) in self.hub.revisions.items():
            if asked and asked[0] in (name, commit):
                return commit, files
        return None

    def _of_revision(self, path: str, commit: str, files: dict[str, bytes]) -> None:
        self.hub.asked.append(f"{self.command} {path}")
        file = path.rpartition("/")[2]
        if "/resolve/" in path:
            self._send(200, files[file], {"ETag": f'"{_etag(files[file])}"', "X-Repo-Commit": commit})
        elif "/tree/" in path:
            self._json(
                [
                    {"type": "file", "path": name, "size": len(content), "oid": _etag(content)}
                    for name, content in files.items()
                ]
            )
        else:
            listed = [{"rfilename": name, "size": len(content)} for name, content in files.items()]
            self._json({"_id": "1", "id": self.hub.name, "sha": commit, "private": False, "siblings": listed})

    # Files

    def _file(self, name: str) -> None:
        if self.hub.elsewhere and name.endswith(".safetensors"):
            content = self.hub.files[name]
            headers = {
                "Location": f"{self.hub.url.replace('127.0.0.1', 'localhost')}/elsewhere/{name}",
                "X-Linked-Etag": f'"{_etag(content)}"',
                "X-Linked-Size": str(len(content)),
                "X-Repo-Commit": COMMIT,
            }
            self._send(302, b"", headers)
        elif name in self.hub.breaks and self.command == "GET":
            self._content(name)
        else:
            super()._file(name)

    def _content(self, name: str) -> None:
        content = self.hub.files[name]
        asked = self.headers.get("Range", "")
        if asked:
            self.hub.ranges.append(asked)
        begin = int(asked.removeprefix("bytes=").rstrip("-") or 0) if not self.hub.forgets_ranges else 0
        rest = content[begin:]
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(rest)))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if self.command == "HEAD":
            return
        with contextlib.suppress(ConnectionError):
            if self.hub.breaks.get(name, 0):
                self.hub.breaks[name] -= 1
                self.wfile.write(rest[: len(rest) // 2])
                self.close_connection = True
            else:
                self.wfile.write(rest)
