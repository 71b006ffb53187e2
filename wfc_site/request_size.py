"""Refuse requests that are too large: at once if they announce their size, else at the limit."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


ANONYMOUS_BYTES = 2**20  # the sign-in form is far smaller; Django would write the rest to disk


class RequestSize:
    """ASGI middleware that answers 413 if a body is longer than `limit_bytes`, announced or not."""

    def __init__(self, application: Application, limit_bytes: int) -> None:
        self.application, self.limit_bytes = application, limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit_bytes = self.limit_bytes if _has_credentials(scope) else min(ANONYMOUS_BYTES, self.limit_bytes)
        if _announced_bytes(scope) > limit_bytes:
            await self._refuse(scope, send, limit_bytes)
            return
        body = _Body(receive, limit_bytes)
        await self.application(scope, body.receive, send)
        if body.too_long:
            await self._refuse(scope, send, limit_bytes)

    async def _refuse(self, scope: Scope, send: Send, limit_bytes: int) -> None:
        sentence = f"A request may carry {limit_bytes // 2**20} MiB: send fewer files at once."
        if not _has_credentials(scope):
            sentence = "Sign in before you send files."
        kind, content = b"text/plain; charset=utf-8", sentence.encode()
        if scope["path"].startswith("/api/"):
            kind, content = b"application/json", json.dumps({"detail": sentence}).encode()
        headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": content})


def _has_credentials(scope: Scope) -> bool:
    """Whether the request has any credentials; Django checks them later."""
    return not {b"authorization", b"cookie"}.isdisjoint(name for name, _ in scope["headers"])


def _announced_bytes(scope: Scope) -> int:
    """Return the Content-Length; 0 if it is missing (a chunked body) or not a number."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


class _Body:
    """Counts the bytes of a body. If there are too many, it reports a disconnect, so that Django drops the
    request without an answer and this middleware can answer."""

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
