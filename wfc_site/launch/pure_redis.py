"""A Redis in pure Python on a private socket, for machines without a real one.

python -m wfc_site.launch.pure_redis SOCKET
"""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from fakeredis import TcpFakeServer


class PureRedis(TcpFakeServer):
    """fakeredis's server on a Unix socket instead of a TCP port."""

    address_family = socket.AF_UNIX

    def server_bind(self) -> None:
        Path(str(self.server_address)).unlink(missing_ok=True)  # left by a killed server
        umask = os.umask(0o177)  # create the socket with mode 0600
        try:
            super().server_bind()
        finally:
            os.umask(umask)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, _ = super().get_request()
        return connection, ("unix", next(self.client_ids))  # the server identifies clients by address


def main() -> None:
    PureRedis(sys.argv[1]).serve_forever()  # type: ignore[arg-type]  # a Unix socket's address is a path


if __name__ == "__main__":
    main()
