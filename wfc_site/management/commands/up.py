"""`wfc up` (`make run`): run everything on this machine with one command."""

import asyncio
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from models_admin.registry.yaml_file import RegistryError
from wfc_site.launch import stack
from wfc_site.launch.embedded_redis import NoRedis


class Command(BaseCommand):
    help = "Bring up Redis, the database, the site and the GPU worker, with demo accounts; Ctrl-C stops them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen at (default: this machine)"
        )
        parser.add_argument("--port", type=int, default=settings.PORT, help="default: PORT, else 8000")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                "This command makes demo accounts, so it does not run with WFC_PRODUCTION=1: "
                "start wfc-serve and wfc-model-serve instead."
            )
        try:
            asyncio.run(stack.run_stack(host, port))
        except (stack.CannotStart, NoRedis, RegistryError) as error:
            raise CommandError(str(error)) from error
