"""`wfc`: what its sub-commands hand on."""

import pytest
from django.core import management

from wfc_site import command, serve


@pytest.fixture
def ran(monkeypatch) -> list[list[str]]:
    """The command lines that were handed on, instead of being run."""
    lines: list[list[str]] = []
    monkeypatch.setattr(management, "execute_from_command_line", lines.append)
    monkeypatch.setattr(serve, "main", lambda arguments: lines.append(["serve", *arguments]))
    monkeypatch.setattr("os.umask", lambda mask: mask)
    monkeypatch.setenv("PYTHONSAFEPATH", "")
    return lines


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        (["up"], ["wfc", "up"]),
        (["up", "--host", "::1", "--port", "80"], ["wfc", "up", "--host=::1", "--port=80"]),
        (["serve"], ["serve"]),
        (["serve", "--port=80"], ["serve", "--port=80"]),
        (["worker", "--name", "gpu1", "--port", "0"], ["wfc", "gpu_worker", "--name=gpu1", "--port=0"]),
        (["manage"], ["wfc manage"]),
        (["manage", "migrate", "--help"], ["wfc manage", "migrate", "--help"]),
    ],
)
def test_options_that_were_given_are_handed_on(ran, given, handed_on):
    command.main(given)
    assert ran == [handed_on]


def test_wfc_model_serve_is_wfc_worker(ran, monkeypatch):
    monkeypatch.setattr("sys.argv", ["wfc-model-serve", "--name=gpu1"])
    command.model_serve()
    assert ran == [["wfc", "gpu_worker", "--name=gpu1"]]


@pytest.mark.parametrize("given", [[], ["down"], ["up", "--fast"], ["worker", "--port", "http"]])
def test_what_it_does_not_know_ends_with_a_sentence(ran, given, capsys):
    with pytest.raises(SystemExit, match="2"):
        command.main(given)
    assert (ran, "error: " in capsys.readouterr().err) == ([], True)
