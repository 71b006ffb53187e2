"""Find a Redis, or start a private one: no root, no TCP port, gone with its launcher."""

import hashlib
import tempfile
from pathlib import Path


def socket_url(data_dir: Path) -> str:
    """Return the address of the Redis that belongs to `data_dir`, whether or not it runs."""
    path = data_dir / "redis.sock"
    if len(str(path)) > 100:  # a socket's address holds 108 bytes
        digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir(), f"wfc-{digest}", "redis.sock")
    return f"unix://{path}?db=0"
