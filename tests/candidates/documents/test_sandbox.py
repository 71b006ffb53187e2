"""The reader is another process, and nothing that it does or says can hurt the one that asked."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from candidates.child.server import CODE_BYTES
from candidates.documents import extraction, kinds, sandbox
from candidates.documents.extraction import Document
from candidates.documents.fork_server import ForkServer
from candidates.documents.refusals import Unreadable
from candidates.documents.sandbox import SandboxFailed
from tests.candidates.documents import files
from tests.seen import eventually, has_ended

SAY = """
def say(answer, before=b""):
    answer = answer.encode()
    sys.stdout.buffer.write(before + answer + len(answer).to_bytes(8, "big"))
"""


@pytest.fixture
def taken_over(tmp_path: Path, monkeypatch) -> Callable[[str], Document]:
    """What comes of a reader that runs this code instead of its own."""

    def taken_over(code: str, wall_s: float = 60) -> Document:
        script = tmp_path / "child.py"
        script.write_text(f"import os, signal, sys, time\n{SAY}\n{code}\n")
        monkeypatch.setattr(sandbox, "CHILD", script)
        return extraction.read_document(script, kinds.PDF, max_pages=20, wall_s=wall_s)

    return taken_over


def in_another_process(code: str, *arguments: object) -> str:
    """Run `code` from the project's folder; return what it prints."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_pdfium_and_pillow_never_come_into_the_process_that_asks(tmp_path):
    (tmp_path / "upload").write_bytes(files.written("Mara Vell"))
    code = """
        import sys
        from pathlib import Path
        from candidates.documents import extraction, kinds
        document = extraction.read_document(Path(sys.argv[1]), kinds.PDF, max_pages=20)
        print(document.pages[0].text, [name for name in sys.modules if "pdfium" in name or name == "PIL"])
    """
    assert in_another_process(code, tmp_path / "upload") == "Mara Vell []\n"


def test_the_reader_limits_itself():
    code = """
        import resource, runpy, signal, sys
        runpy.run_path(sys.argv[1])["limit_myself"](7, 1000)
        limits = "AS", "CPU", "FSIZE", "CORE", "NPROC", "NOFILE"
        print(*[resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[0] for name in limits])
        print(round(signal.getitimer(signal.ITIMER_REAL)[0]))
    """
    assert in_another_process(code, sandbox.CHILD.with_name("limits.py")) == "1500000000 40 1000 0 0 64\n7\n"


def test_the_reader_keeps_a_limit_that_is_lower_already():
    code = """
        import resource, runpy, sys
        resource.setrlimit(resource.RLIMIT_CPU, (3, 3))
        runpy.run_path(sys.argv[1])["limit_myself"](7, 1000)
        print(resource.getrlimit(resource.RLIMIT_CPU))
    """
    assert in_another_process(code, sandbox.CHILD.with_name("limits.py")) == "(3, 3)\n"


@pytest.mark.parametrize("module", ["pdf.pdf_pages", "pictures"])
def test_the_reader_can_open_no_file_while_it_reads(tmp_path, module):
    code = """
        import io, sys
        from importlib import import_module
        from candidates.child.page_images import Images
        from candidates.child.refused import Refused
        data = open(sys.argv[2], "rb").read()
        child = import_module(f"candidates.child.{sys.argv[1]}")
        try:
            child.examine(data, 20, Images(io.BytesIO()))
        except Refused:
            pass
        try:
            open(sys.argv[2])
        except OSError as error:
            print(error.strerror)
    """
    (tmp_path / "upload").write_bytes(files.written("Mara Vell"))
    assert in_another_process(code, module, tmp_path / "upload") == "Too many open files\n"


def test_the_reader_ends_by_itself_when_the_process_that_asked_is_killed(tmp_path):
    (tmp_path / "upload").write_bytes(files.squeezed(b"q Q ", mebibytes=400))
    code = (
        "import sys; from pathlib import Path; from candidates.documents import extraction, kinds\n"
        "extraction.read_document(Path(sys.argv[1]), kinds.PDF, max_pages=20, wall_s=5)"
    )
    asking = psutil.Popen([sys.executable, "-c", code, str(tmp_path / "upload")])
    eventually(lambda: len(asking.children(recursive=True)) == 2)
    server, reader = asking.children(recursive=True)
    asking.kill()
    asking.wait()
    for process in (reader, server):
        eventually(partial(has_ended, process))


@pytest.fixture
def server() -> Iterator[ForkServer]:
    server = ForkServer(sandbox.CHILD)
    yield server
    server.close()


def pids_of_reader(server: ForkServer, script: Path) -> tuple[int, ...]:
    """Have the server run a script that says which process it is, and of which."""
    script.write_text("import os, sys; sys.stdout.write(f'{os.getpid()} {os.getppid()}')")
    server.script = script
    told, telling = socket.socketpair()
    with told, telling, tempfile.TemporaryFile() as answer:
        server.ask(["anything"], [0, answer.fileno(), telling.fileno()])
        told.settimeout(60)
        assert told.recv(CODE_BYTES) == bytes(CODE_BYTES)
        answer.seek(0)
        return tuple(map(int, answer.read().split()))


def test_every_file_has_a_reader_of_its_own_forked_from_the_same_process(server, tmp_path):
    one, other = (pids_of_reader(server, tmp_path / "child.py") for _ in range(2))
    assert (one[0] != other[0], one[1] == other[1]) == (True, True)


def test_when_the_process_that_readers_are_forked_from_is_killed_another_one_takes_its_place(
    server, tmp_path
):
    _, before = pids_of_reader(server, tmp_path / "child.py")
    os.kill(before, signal.SIGKILL)
    eventually(lambda: has_ended(psutil.Process(before)))
    assert pids_of_reader(server, tmp_path / "child.py")[1] != before


def test_whoever_waits_for_a_reader_when_reading_is_stopped_hears_that_it_failed(taken_over):
    def stop() -> None:
        eventually(lambda: sandbox._ends)
        sandbox.end_all()

    stopping = threading.Thread(target=stop)
    stopping.start()
    with pytest.raises(SandboxFailed, match="The sandbox ended with -9"):
        taken_over("time.sleep(600)")
    stopping.join()


def test_the_reader_knows_nothing_of_the_environment(taken_over, monkeypatch):
    monkeypatch.setenv("WFC_SECRET_KEY", "secret")
    known = "set(os.environ) - {'LC_CTYPE'}"  # Python's own choice where no language is set
    code = f"""say('{{"page_count": %d, "pages": []}}' % (1000 + len({known})))"""
    assert taken_over(code).page_count == 1000


def test_no_code_of_ours_or_of_the_users_is_within_reach_of_the_reader(taken_over):
    code = """say('{"page_count": %d, "pages": []}' % (1000 + sys.flags.isolated))"""
    assert taken_over(code).page_count == 1001


def test_a_reader_that_crashes_costs_one_file(taken_over):
    with pytest.raises(Unreadable, match="something in it breaks the reader"):
        taken_over("os.kill(os.getpid(), signal.SIGSEGV)")


def test_a_reader_out_of_processor_time_took_too_long(taken_over):
    with pytest.raises(Unreadable, match="takes too long"):
        taken_over("os.kill(os.getpid(), signal.SIGXCPU)")


def test_a_reader_that_does_not_end_itself_is_ended(taken_over, monkeypatch):
    monkeypatch.setattr(sandbox, "GRACE_S", 0.2)
    with pytest.raises(Unreadable, match="takes too long"):
        taken_over("signal.signal(signal.SIGALRM, signal.SIG_IGN); time.sleep(600)", wall_s=0.3)


@pytest.mark.parametrize("end", ["sys.exit(1)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_reader_that_ends_for_reasons_of_its_own_is_no_fault_of_the_file(taken_over, end):
    with pytest.raises(SandboxFailed, match="The sandbox ended with"):
        taken_over(end)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        '{"page_count": 0, "pages": []}',
        '{"page_count": 1, "pages": [{"width_pt": 1e999, "height_pt": 1, "text": "", "image": null}]}',
        '{"page_count": 1, "pages": [{"width_pt": 1, "height_pt": 1, "text": "\\\\u0000", "image": null}]}',
        '{"page_count": 1, "pages": [{"width_pt": 1, "height_pt": 1, "text": "\\\\ud800", "image": null}]}',
        '{"page_count": 1, "pages": [{"width_pt": 1, "height_pt": 1, "text": "%s", "image": null}]}'
        % ("a" * 100_001),
        '{"refused": "for a bribe"}',
    ],
    ids=[
        "silence",
        "half",
        "no pages",
        "endless width",
        "NUL",
        "lone surrogate",
        "too much text",
        "unknown word",
    ],
)
def test_an_answer_that_makes_no_sense_is_not_believed(taken_over, answer):
    with pytest.raises(SandboxFailed, match="makes no sense"):
        taken_over(f"say('{answer}')")


def test_a_file_that_is_not_there_is_no_fault_of_the_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        extraction.read_document(tmp_path / "gone", kinds.PDF, max_pages=20)


def test_ctrl_c_is_for_the_worker_not_for_its_reader(taken_over):
    code = """say('{"page_count": %d, "pages": []}' % os.getpgid(0))"""
    assert taken_over(code).page_count != os.getpgid(0)
