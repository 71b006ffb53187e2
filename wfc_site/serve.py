"""`wfc-serve`: the site under uvicorn, as one process."""

import argparse
import contextlib
import os
from collections.abc import Iterator
from types import FrameType

import uvicorn

from candidates.uploads.stopping import stopping

STOP_WITHIN_S = 4  # requests in flight are finished; live pages reconnect by themselves
LONGEST_SOCKET_MESSAGE_BYTES = 2**16  # browsers send nothing


def main(argv: list[str] | None = None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfc_site.settings")
    os.umask(0o077)  # the site's files hold personal data
    from django.conf import settings

    parser = argparse.ArgumentParser(
        prog="wfc-serve", description="Serve the pages, the API and live updates."
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen at (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=settings.PORT, help="default: PORT, else 8000")
    options = parser.parse_args(argv)
    Site(server_config(options.host, options.port)).run()


def server_config(host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """Return uvicorn's configuration: Django's log format, and no access log because URLs hold names."""
    return uvicorn.Config(
        "wfc_site.asgi:application",
        host=host,
        port=port,
        lifespan="off",  # Django has no lifespan events
        ws="websockets-sansio",
        ws_max_size=LONGEST_SOCKET_MESSAGE_BYTES,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        log_config=None,
        access_log=False,
        server_header=False,
    )


class Site(uvicorn.Server):
    """A server that tells waiting uploads of its stop, so that they answer instead of being cut off."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stopping.set()
        super().handle_exit(sig, frame)


class Quiet(uvicorn.Server):
    """A server in a thread of another program, which handles the signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


if __name__ == "__main__":
    main()
