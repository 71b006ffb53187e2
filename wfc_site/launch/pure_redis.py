"""The last resort: a Redis in pure Python on a private socket, for machines that have no other.

python -m wfc_site.launch.pure_redis SOCKET
"""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from fakeredis import TcpFakeServer


class PureRedis(TcpFakeServer):
    """fakeredis's server, on a unix socket instead of a TCP port."""

    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        Path(str(self.server_address)).unlink(missing_ok=True)  # of one that was killed
        umask = os.umask(0o177)  # the socket is born with mode 0600
        try:
            super().server_bind()
        finally:
            os.umask(umask)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _ = super().get_request()
        return connection, ("unix", next(self.client_ids))  # clients are told apart by address


def main() -> None:
    PureRedis(sys.argv[1]).serve_forever()  # type: ignore[arg-type]  # a path is a unix socket's address


if __name__ == "__main__":
    main()
