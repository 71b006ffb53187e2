#!/bin/sh
# Print the first Python that wfc runs on, 3.11 to 3.13 with venv; if there is none, say what to install.
for python in python3.11 python3.12 python3.13 python3; do
    "$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue
    command -v "$python"
    exit
done
echo "No Python 3.11, 3.12 or 3.13 with venv was found. Debian, Ubuntu: apt-get install python3 python3-venv" >&2
exit 1
