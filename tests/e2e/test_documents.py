"""Files of every kind, good and hostile, through the real site and a real worker: each ends as designed."""

import io
import signal

import psutil
import pytest
from PIL import Image

from candidates.models import END_STATES, ItemState, UploadItem
from models_admin.models import GpuWorker
from tests.candidates.documents import files
from tests.candidates.documents.word import docx, p, run, zipped
from tests.seen import eventually

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

MARA = files.written("Mara Vell, Python developer, mara@example.org", "References")


@pytest.fixture
def sent(tmp_path, upload):
    """Send these files in one request; returns (name, state) of what then stands in the ledger."""

    def sent(**contents: bytes) -> list[tuple[str, str]]:
        for name, content in contents.items():
            (tmp_path / name).write_bytes(content)
        upload(*(tmp_path / name for name in contents))
        return sorted(UploadItem.objects.values_list("name", "state"))

    return sent


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(out, "PNG")
    return out.getvalue()


def test_files_of_every_kind_in_a_zip_are_evaluated_and_the_zip_is_gone(worker, sent):
    members = {"a.pdf": MARA, "b.docx": docx(p(run("Mara Vell, Python developer"))), "c.png": picture()}
    states = sent(all=zipped(members))
    assert [name for name, _ in states] == ["a.pdf", "b.docx", "c.png"]
    assert {state for _, state in states} <= {ItemState.EVALUATED, ItemState.INVALID}


def test_hostile_files_end_by_themselves_and_the_sound_ones_beside_them_are_evaluated(worker, sent):
    states = dict(
        sent(
            a_sound=MARA,
            b_renamed=b"MZ a program called resume.pdf",
            c_inflating=files.squeezed(b" ", mebibytes=4096),
            d_xml=docx("", {"word/document.xml": b"<x>" + b" " * 200 * 2**20}),
            e_half=MARA[:400],
            f_empty_zip=zipped({}),
            g_locked=files.locked(user="secret", owner="other"),
            h_png=picture()[:60],
            i_sound=MARA + b"\n",
        )
    )
    good = {ItemState.EVALUATED, ItemState.INVALID}
    assert {states.pop("a_sound"), states.pop("i_sound")} <= good
    assert states.pop("b_renamed") == ItemState.UNSUPPORTED
    assert states.pop("g_locked") == ItemState.ENCRYPTED
    assert set(states.values()) == {ItemState.UNREADABLE}


def test_a_reader_that_is_killed_in_the_middle_is_followed_by_another(worker, tmp_path, upload):
    slow = tmp_path / "slow.pdf"
    slow.write_bytes(files.many_pages(20, files.small_print(20), files.POSTER))
    upload(slow, wait=0)
    process = psutil.Process(GpuWorker.objects.get().pid)
    reader = eventually(lambda: readers(process))[0]
    reader.send_signal(signal.SIGKILL)
    eventually(lambda: UploadItem.objects.filter(state__in=END_STATES).exists(), limit_s=60)
    assert UploadItem.objects.get().state in {ItemState.EVALUATED, ItemState.INVALID}
    assert UploadItem.objects.get().failures == 1


def readers(process: psutil.Process) -> list[psutil.Process]:
    """Those that are forked from the process that the worker has started for it."""
    found = []
    for child in process.children():
        try:
            if any(word.endswith("child/server.py") for word in child.cmdline()):
                found += child.children()
        except psutil.Error:
            continue
    return found
