"""Serve the worker's own small HTTP port: /health and /status for probes, /metrics for Prometheus."""

import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST

StatusReader = Callable[[], Awaitable[dict[str, Any]]]
MetricsReader = Callable[[], Awaitable[bytes]]


class Port(uvicorn.Server):
    """Answer on loopback from within the worker's event loop, whose signals stay the worker's."""

    _status: StatusReader
    _metrics: MetricsReader

    def __init__(self, host: str, port: int) -> None:
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

    async def run_until_stopped(self, status: StatusReader, metrics: MetricsReader) -> None:
        self._status, self._metrics = status, metrics
        await self.serve(sockets=[self.socket])

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        code, kind, body = await self._page(scope["method"], scope["path"])
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": code, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _page(self, method: str, path: str) -> tuple[int, str, bytes]:
        """Return status code, content type and body."""
        if method not in ("GET", "HEAD") or path not in ("/health", "/status", "/metrics"):
            return _json(404, {"detail": "Ask for /health, /status or /metrics."})
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, await self._metrics()
        status = await self._status()
        if path == "/status":
            return _json(200, status)
        healthy = status["status"] in ("idle", "swapping")
        return _json(200 if healthy else 503, {"status": "healthy" if healthy else "unhealthy"})


def _json(code: int, body: dict[str, Any]) -> tuple[int, str, bytes]:
    return code, "application/json", json.dumps(body).encode()
