"""What benchmarks print: JSON lines {"name", "value", "unit", "ratio", "against"}, three digits of each."""

import importlib.util
import json


def show(name: str, value: float, unit: str, ratio: float, against: str) -> None:
    """`ratio` is `value` by what it stands against in the same run."""
    line = {"name": name, "value": digits(value), "unit": unit, "ratio": digits(ratio), "against": against}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def goal(name: str, met: bool, share: float, goal: str) -> None:
    """The last line of a benchmark; `share` is what was measured by what `goal` asks for."""
    line = {"name": f"{name}.goal", "value": met, "unit": "met", "ratio": digits(share), "against": goal}
    print(json.dumps(line, ensure_ascii=False), flush=True)


def digits(value: float) -> float:
    return float(f"{value:.3g}")


def no_vllm() -> bool:
    """Say so where vLLM is not installed."""
    if importlib.util.find_spec("vllm"):
        return False
    print("Not measured: vLLM is not installed (make install-cpu, or make install-gpu).")
    return True
