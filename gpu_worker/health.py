"""The worker's own small HTTP port, for probes: /health and /status."""

import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn

Reader = Callable[[], Awaitable[dict[str, Any]]]


class Port(uvicorn.Server):
    """Answers on loopback from within the worker's event loop, whose signals stay the worker's."""

    def __init__(self, host: str, port: int, status: Reader) -> None:
        self._status = status
        self.socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.number: int = self.socket.getsockname()[1]
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)

    async def run_until_stopped(self) -> None:
        await self.serve(sockets=[self.socket])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        code, body = await self._page(scope["method"], scope["path"])
        await send(
            {
                "type": "http.response.start",
                "status": code,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    async def _page(self, method: str, path: str) -> tuple[int, dict[str, Any]]:
        if method not in ("GET", "HEAD") or path not in ("/health", "/status"):
            return 404, {"detail": "Ask for /health or /status."}
        status = await self._status()
        if path == "/status":
            return 200, status
        healthy = status["status"] in ("idle", "swapping")
        return (200 if healthy else 503), {"status": "healthy" if healthy else "unhealthy"}
