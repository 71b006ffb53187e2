"""The GPU worker with a stopwatch at its engines: a JSON line for every call to vLLM.

{"what", "began", "ended"}, seconds since the epoch. Nothing heavy is imported at the top, for the processes
that the fork server makes import this module too.
"""

import json
import sys
import time
from collections.abc import Awaitable
from typing import Any


def main() -> None:
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from gpu_worker.engines.providers import PROVIDERS
    from gpu_worker.engines.vllm.engine import VllmEngine

    class Timed(VllmEngine):
        async def _call(self, what: str, call: Awaitable[Any], limit_s: float | None = None) -> Any:
            began = time.time()
            try:
                return await super()._call(what, call, limit_s)
            finally:
                print(json.dumps({"what": what, "began": began, "ended": time.time()}), flush=True)

    PROVIDERS["vllm"] = Timed
    execute_from_command_line([sys.argv[0], "gpu_worker", "--port", "0"])


if __name__ == "__main__":
    main()
