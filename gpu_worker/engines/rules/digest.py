"""The version of the keyword rules: a digest of the code that judges."""

import hashlib
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[3]  # the folder that holds gpu_worker, jobs and models_admin
JUDGING = ("gpu_worker/engines/rules/*.py", "jobs/criteria/*.py", "models_admin/models/thresholds.py")


def rules_version(packages: Path = PACKAGES) -> str:
    """Return "rules 3f9a2c1b": equal for equal code, on any machine and with any line endings."""
    digest = hashlib.blake2s(digest_size=4)
    for name, path in sorted(judging_files(packages).items()):
        source = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\n{len(source)}\n".encode() + source)
    return f"rules {digest.hexdigest()}"


def judging_files(packages: Path = PACKAGES) -> dict[str, Path]:
    """The source files that a verdict of the rules depends on, by their path inside `packages`."""
    return {
        path.relative_to(packages).as_posix(): path for pattern in JUDGING for path in packages.glob(pattern)
    }
