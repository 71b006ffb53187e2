"""`wfc-serve`: the site under uvicorn, as one process."""

import argparse
import contextlib
import os
from collections.abc import Iterator
from types import FrameType

import uvicorn

from candidates.uploads.stopping import stopping

STOP_WITHIN_S = 4  # requests in flight are finished; live pages connect again by themselves
LONGEST_SOCKET_MESSAGE_BYTES = 2**16  # browsers only listen


def main(argv: list[str] | None = None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfc_site.settings")
    os.umask(0o077)  # what we write holds what people sent us
    from django.conf import settings

    parser = argparse.ArgumentParser(
        prog="wfc-serve", description="Serve the pages, the API and live updates."
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen at (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=settings.PORT, help="default: PORT, else 8000")
    options = parser.parse_args(argv)
    Site(config(options.host, options.port)).run()


def config(host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """How the site is served: Django's own log format; no access log, for addresses hold people's names."""
    return uvicorn.Config(
        "wfc_site.asgi:application",
        host=host,
        port=port,
        lifespan="off",  # Django has none
        ws="websockets-sansio",
        ws_max_size=LONGEST_SOCKET_MESSAGE_BYTES,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        log_config=None,
        access_log=False,
        server_header=False,
    )


class Site(uvicorn.Server):
    """Asked to stop, it tells waiting uploads, which answer with what they have instead of being cut off."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        stopping.set()
        super().handle_exit(sig, frame)


class Quiet(uvicorn.Server):
    """A server in a thread of another program, to which the signals belong."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


if __name__ == "__main__":
    main()
