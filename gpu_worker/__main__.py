"""`python -m gpu_worker`: the worker, as `wfc worker` and `manage.py gpu_worker` start it."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfc_site.settings")
    os.umask(0o077)  # what we write holds what people sent us
    execute_from_command_line([sys.argv[0], "gpu_worker", *sys.argv[1:]])


if __name__ == "__main__":
    main()
