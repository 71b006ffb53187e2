"""`wfc`: the command of an installed wfc. Modules are imported only when a sub-command needs them."""

import argparse
import os
import sys
from collections.abc import Callable
from importlib.metadata import version

PACKAGE = "wheat-from-chaff"
DATA = "Data is kept in the folder that WFC_DATA_DIR names, by default .wfc in the current folder."


def main(arguments: list[str] | None = None) -> None:
    given = sys.argv[1:] if arguments is None else arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wfc_site.settings")
    # `python -m` in child processes: no file in the current folder may hide a module.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    if given[:1] == ["manage"]:  # its options, --help among them, belong to Django
        _manage(given[1:])
        return
    options = vars(_parser().parse_args(given))
    run: Callable[[list[str]], None] = options.pop("run")
    run([f"--{name}={value}" for name, value in options.items() if value is not None])


def model_serve() -> None:
    """`wfc-model-serve`, which is `wfc worker`."""
    main(["worker", *sys.argv[1:]])


def _parser() -> argparse.ArgumentParser:
    """Build the parser. Options have no defaults here: the sub-commands take them from the settings."""
    parser = argparse.ArgumentParser(
        prog="wfc",
        description="Wheat From Chaff: screen résumés with models on your own hardware.",
        epilog=f"{DATA} `wfc COMMAND --help` explains one command.",
    )
    parser.add_argument("--version", action="version", version=f"{PACKAGE} {version(PACKAGE)}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_up(commands)
    _add_serve(commands)
    _add_worker(commands)
    manage = commands.add_parser("manage", help="run a Django management command: wfc manage migrate")
    manage.set_defaults(run=_manage)
    return parser


def _add_up(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    up = commands.add_parser(
        "up",
        help="start everything on this machine, to try wfc",
        description="Start Redis, the site and the GPU worker on this machine. The first start makes a "
        "database, two demo accounts and a sample job. It prints how to sign in; Ctrl-C stops everything.",
        epilog=DATA,
    )
    _add_address(up)
    up.set_defaults(run=_up)


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="run the site",
        description="Run the site: the pages, the API and live updates.",
        epilog=DATA,
    )
    _add_address(serve)
    serve.set_defaults(run=_serve)


def _add_worker(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    worker = commands.add_parser(
        "worker",
        help="run the GPU worker, one for each GPU",
        description="Run the GPU worker: it opens uploads, reads résumés and swaps models.",
        epilog=DATA,
    )
    worker.add_argument("--name", help="unique among all workers (default: WFC_WORKER_NAME, else gpu0)")
    worker.add_argument(
        "--port",
        type=int,
        help="port of /health, /status and /metrics; 0 means none (default: WFC_WORKER_PORT, else 8001)",
    )
    worker.set_defaults(run=_worker)


def _add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", help="address to listen at (default: 127.0.0.1, this machine only)")
    command.add_argument("--port", type=int, help="port to listen at (default: PORT, else 8000)")


def _up(arguments: list[str]) -> None:
    _django("wfc", ["up", *arguments])


def _serve(arguments: list[str]) -> None:
    from wfc_site import serve

    serve.main(arguments)


def _worker(arguments: list[str]) -> None:
    os.umask(0o077)  # the worker's files hold personal data
    _django("wfc", ["gpu_worker", *arguments])


def _manage(arguments: list[str]) -> None:
    _django("wfc manage", arguments)


def _django(program: str, arguments: list[str]) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line([program, *arguments])
