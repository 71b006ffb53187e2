"""Requests that are too large are refused at the door: at once where they say so, else at the limit."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


STRANGERS_BYTES = 2**20  # a form to sign in is far below; Django would keep the rest on disk


class RequestSize:
    """An ASGI application that answers 413 when a body is longer than `limit_bytes`, announced or not."""

    def __init__(self, application: Application, limit_bytes: int) -> None:
        self.application, self.limit_bytes = application, limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit_bytes = self.limit_bytes if _brings_a_key(scope) else min(STRANGERS_BYTES, self.limit_bytes)
        if _announced_bytes(scope) > limit_bytes:
            await self._refuse(scope, send, limit_bytes)
            return
        body = _Body(receive, limit_bytes)
        await self.application(scope, body.receive, send)
        if body.too_long:
            await self._refuse(scope, send, limit_bytes)

    async def _refuse(self, scope: Scope, send: Send, limit_bytes: int) -> None:
        sentence = f"A request may carry {limit_bytes // 2**20} MiB: send fewer files at once."
        if not _brings_a_key(scope):
            sentence = "Sign in before you send files."
        kind, content = b"text/plain; charset=utf-8", sentence.encode()
        if scope["path"].startswith("/api/"):
            kind, content = b"application/json", json.dumps({"detail": sentence}).encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _brings_a_key(scope: Scope) -> bool:
    """Whether somebody at least says who it is; whether that is true, Django finds out."""
    return not {b"authorization", b"cookie"}.isdisjoint(name for name, _ in scope["headers"])


def _announced_bytes(scope: Scope) -> int:
    """The Content-Length; 0 where there is none (a chunked body) or none that is a number."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


class _Body:
    """Counts what arrives. A body that grows too long looks like a client that went away, so that
    Django drops what it has and answers nothing; the answer is then ours."""

    def __init__(self, receive: Receive, limit_bytes: int) -> None:
        self._receive, self._left_bytes = receive, limit_bytes
        self.too_long = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left_bytes -= len(message.get("body", b""))
            if self._left_bytes < 0:
                self.too_long = True
                return {"type": "http.disconnect"}
        return message
