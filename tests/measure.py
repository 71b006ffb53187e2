"""`make bench`: run tests/benchmarks/*.py, each of which prints its results as JSON lines."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "benchmarks"


def scripts() -> list[Path]:
    return [path for path in sorted(FOLDER.glob("[a-z]*.py")) if not path.stem.startswith("test_")]


def main(name: str = "") -> int:
    chosen = [path for path in scripts() if name in path.stem]
    if not chosen:
        print(f"No benchmark has {name!r} in its name." if name else "There are no benchmarks.")
        return int(bool(name))
    return max(_run(path.stem) for path in chosen)


def _run(name: str) -> int:
    return subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
