"""`manage.py tiny_models`: models of random weights, made here and registered, for `make run-vllm`."""

import importlib.util
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from gpu_worker import tiny_checkpoints
from models_admin.registry import yaml_file

FILE = settings.CONFIG_DIR / "tiny_models.yaml"
BUILDERS: dict[str, Callable[[Path], None]] = {
    "tiny/vision": tiny_checkpoints.vision,
    "tiny/text-a": partial(tiny_checkpoints.text, seed=1),
    "tiny/text-b": partial(tiny_checkpoints.text, seed=2),
}


class Command(BaseCommand):
    help = "Make three tiny models of random weights and register them, to try vLLM and the swap with."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Random weights judge nobody: this does not run with WFC_PRODUCTION=1.")
        if importlib.util.find_spec("vllm") is None:
            raise CommandError(f"vLLM is not installed here: {settings.VLLM_COMES_WITH}.")
        os.umask(0o077)  # the database, which may be made here, holds what people send
        self._build()
        call_command("migrate", verbosity=0, interactive=False)
        loaded = yaml_file.load_registry(FILE)
        self.stdout.write(
            f"Tiny models in {settings.MODELS_DIR / 'tiny'}: "
            f"{len(loaded.created)} added to the registry, {len(loaded.kept)} unchanged."
        )

    def _build(self) -> None:
        try:
            for name, build in BUILDERS.items():
                build(settings.MODELS_DIR / name)
        except tiny_checkpoints.Incomplete as error:
            raise CommandError(str(error)) from error
