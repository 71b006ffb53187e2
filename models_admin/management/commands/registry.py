"""`manage.py registry import | export`: the registry as a YAML file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from models_admin.registry import yaml_file


class Command(BaseCommand):
    help = "Import models from a YAML file into the registry, or print the registry as YAML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        doing = parser.add_subparsers(dest="doing", required=True)
        importing = doing.add_parser("import", help="add the models of the file; existing ones are kept")
        importing.add_argument("file", nargs="?", type=Path, default=settings.MODELS_FILE)
        importing.add_argument("--overwrite", action="store_true", help="overwrite existing models")
        doing.add_parser("export", help="print the registry")

    def handle(self, *args: Any, doing: str, **options: Any) -> None:
        if doing == "export":
            self.stdout.write(yaml_file.dump_registry(), ending="")
            return
        try:
            loaded = yaml_file.load_registry(options["file"], overwrite=options["overwrite"])
        except yaml_file.RegistryError as error:
            raise CommandError(str(error)) from error
        counts = len(loaded.created), len(loaded.updated), len(loaded.kept)
        self.stdout.write("{} created, {} updated, {} unchanged.".format(*counts))
