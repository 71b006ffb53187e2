"""A ZIP is replaced in the ledger by the files in it; a hostile one ends by itself, and nothing is done twice."""

import io
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from candidates.child import archive, limits
from candidates.child.refused import Refused
from candidates.documents import kinds
from candidates.documents.refusals import DocumentRefused
from candidates.documents.sandbox import SandboxFailed
from candidates.models import ItemState, Resume, UploadBatch, UploadItem
from candidates.models.leases import ClaimLost
from candidates.uploads import archives, intake, ledger, preparation
from models_admin.models import GpuWorker
from tests.candidates.documents import files
from tests.candidates.documents.word import docx, p, run, zipped

pytestmark = pytest.mark.django_db

MARA, PIM = files.written("Mara Vell"), files.written("Pim Oak")


@pytest.fixture
def batch(world) -> UploadBatch:
    return intake.open_batch(
        job=world.job, user=world.alice, announced_count=1, source=UploadBatch.Source.API
    )


@pytest.fixture
def gpu_worker(db) -> GpuWorker:
    return GpuWorker.objects.create(name="gpu0", host="test", pid=1, pid_started_at=0.0, device="CPU")


@pytest.fixture
def send(batch) -> Callable[..., UploadItem]:
    def send(content: bytes, name: str = "all.zip", to: UploadBatch = batch) -> UploadItem:
        return intake.receive(to, SimpleUploadedFile(name, content))

    return send


@pytest.fixture
def replaced(send, batch, gpu_worker) -> Callable[[bytes], list[tuple[str, str]]]:
    """What stands in the ledger, as (name, state), after a ZIP was sent and prepared."""

    def replaced(content: bytes) -> list[tuple[str, str]]:
        send(content)
        [opening] = preparation.FILES.claim(gpu_worker, 1)
        found = archives.unpack(opening)
        archives.replace(opening, found)
        found.close()
        return standing(batch)

    return replaced


@pytest.fixture
def refusal(send, gpu_worker) -> Callable[[bytes], DocumentRefused]:
    def refusal(content: bytes) -> DocumentRefused:
        send(content)
        [opening] = preparation.FILES.claim(gpu_worker, 1)
        with pytest.raises(DocumentRefused) as refused:
            archives.unpack(opening)
        return refused.value

    return refusal


def standing(batch: UploadBatch) -> list[tuple[str, str]]:
    return list(batch.items.values_list("name", "state"))


def test_its_files_take_its_place_and_the_sum_is_what_they_are(replaced, batch):
    assert replaced(zipped({"mara.pdf": MARA, "pim.pdf": PIM, "notes.docx": docx(p(run("Notes")))})) == [
        ("mara.pdf", "received"),
        ("pim.pdf", "received"),
        ("notes.docx", "received"),
    ]
    batch.refresh_from_db()
    assert (batch.announced_count, ledger.counts_of_batch(batch).received) == (3, 3)


def test_what_is_kept_is_what_was_in_it(replaced):
    replaced(zipped({"mara.pdf": MARA}))
    resume = Resume.objects.get()
    with storages["documents"].open(resume.storage_key) as kept:
        assert (kept.read(), resume.media_type) == (MARA, kinds.PDF)


def test_the_zip_itself_is_not_kept(replaced, django_capture_on_commit_callbacks, send, batch, gpu_worker):
    item = send(zipped({"mara.pdf": MARA}))
    key = item.resume.storage_key
    [opening] = preparation.FILES.claim(gpu_worker, 1)
    with django_capture_on_commit_callbacks(execute=True):
        found = archives.unpack(opening)
        archives.replace(opening, found)
    found.close()
    assert not Resume.objects.filter(media_type=kinds.ZIP).exists()
    assert not storages["documents"].exists(key)


def test_a_zip_that_was_also_sent_for_another_job_is_kept_until_that_is_done(send, batch, gpu_worker, world):
    from jobs.models import Job

    other = intake.open_batch(
        job=Job.objects.create(owner=world.alice),
        user=world.alice,
        announced_count=1,
        source=UploadBatch.Source.API,
    )
    send(zipped({"mara.pdf": MARA}))
    send(zipped({"mara.pdf": MARA}), to=other)
    for kept in (True, False):
        [opening] = preparation.FILES.claim(gpu_worker, 1)
        found = archives.unpack(opening)
        archives.replace(opening, found)
        found.close()
        assert Resume.objects.filter(media_type=kinds.ZIP).exists() is kept
    assert (standing(batch), standing(other)) == ([("mara.pdf", "received")],) * 2


def test_the_same_zip_again_is_duplicates_of_its_files(replaced):
    data = zipped({"mara.pdf": MARA})
    replaced(data)
    UploadItem.objects.update(state=ItemState.EVALUATED, ended_at="2026-01-01T00:00Z")
    assert replaced(data) == [("mara.pdf", "evaluated"), ("mara.pdf", "duplicate")]


def test_the_same_file_twice_in_it_is_one_and_a_duplicate(replaced):
    assert replaced(zipped({"a.pdf": MARA, "b/a.pdf": MARA})) == [
        ("a.pdf", "received"),
        ("a.pdf", "duplicate"),
    ]


def test_a_worker_that_dies_before_the_ledger_is_written_leaves_it_as_it_was(
    send, batch, gpu_worker, monkeypatch
):
    send(zipped({"mara.pdf": MARA, "pim.pdf": PIM}))
    [late] = preparation.FILES.claim(gpu_worker, 1)
    entered: list[UploadItem] = []

    def dies_at_the_second(*arguments):
        if entered:
            raise RuntimeError("killed")
        entered.append(original(*arguments))

    with monkeypatch.context() as patched, closing(archives.unpack(late)) as found:
        original = intake.enter
        patched.setattr(intake, "enter", dies_at_the_second)
        with pytest.raises(RuntimeError):
            archives.replace(late, found)
    assert standing(batch) == [("all.zip", "preparing")]
    preparation.FILES.requeue_of(gpu_worker)
    [opening] = preparation.FILES.claim(gpu_worker, 1)
    with closing(archives.unpack(opening)) as found:
        with pytest.raises(ClaimLost):
            archives.replace(late, found)
        archives.replace(opening, found)
    assert standing(batch) == [("mara.pdf", "received"), ("pim.pdf", "received")]
    assert Resume.objects.count() == 2


def test_a_second_turn_after_it_was_done_changes_nothing(send, batch, gpu_worker):
    send(zipped({"mara.pdf": MARA}))
    [opening] = preparation.FILES.claim(gpu_worker, 1)
    with closing(archives.unpack(opening)) as found:
        archives.replace(opening, found)
        with pytest.raises(ClaimLost):
            archives.replace(opening, found)
    batch.refresh_from_db()
    assert (standing(batch), batch.announced_count) == ([("mara.pdf", "received")], 1)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/cron.d/mara.pdf", "mara.pdf"),
        ("/root/mara.pdf", "mara.pdf"),
        ("C:\\cv\\mara.pdf", "mara.pdf"),
        ("deep/in/folders/mara.pdf", "mara.pdf"),
        ("résumé.pdf", "résumé.pdf"),
        ("m\x1b[1mara\u202e.pdf", "m[1mara.pdf"),
    ],
)
def test_only_a_files_own_name_is_taken(replaced, name, kept):
    assert replaced(zipped({name: MARA})) == [(kept, "received")]


def test_names_in_utf_8_that_do_not_say_so_are_read_as_such(replaced):
    data = zipped({"r_sum_.pdf": MARA}).replace(b"r_sum_.pdf", b"r\xc3\xa9sum.pdf")
    assert replaced(data) == [("résum.pdf", "received")]


def test_what_systems_leave_behind_is_no_file_of_a_person(replaced):
    litter = {
        "__MACOSX/._mara.pdf": b"x",
        ".DS_Store": b"x",
        "cv/.hidden/mara.pdf": PIM,
        "cv/": b"",
        "cv/Thumbs.db": b"x",
    }
    assert replaced(zipped({"mara.pdf": MARA} | litter)) == [("mara.pdf", "received")]


def test_each_file_that_cannot_be_taken_ends_by_itself(replaced, settings):
    settings.MAX_FILE_BYTES = 50_000
    damaged = bytes(range(256)) * 20
    data = zipped(
        {
            "mara.pdf": MARA,
            "empty.pdf": b"",
            "a.txt": b"text",
            "in.zip": zipped({"pim.pdf": PIM}),
            "large.pdf": b"%PDF-" + b" " * 60_000,
        }
    )
    with zipfile.ZipFile(out := io.BytesIO(data), "a") as packed:
        packed.writestr("damaged.pdf", damaged)
    data = out.getvalue().replace(damaged[:600], damaged[:599] + b"!")
    assert replaced(data) == [
        ("mara.pdf", "received"),
        ("empty.pdf", "unreadable"),
        ("a.txt", "unsupported"),
        ("in.zip", "unsupported"),
        ("large.pdf", "too_large"),
        ("damaged.pdf", "unreadable"),
    ]
    reasons = dict(UploadItem.objects.values_list("name", "reason"))
    assert reasons["in.zip"] == "A ZIP file inside a ZIP file is not opened. Upload it on its own."
    assert reasons["damaged.pdf"].startswith("This file is damaged inside its ZIP file")


def test_a_zip_with_a_password_is_encrypted(refusal):
    data = bytearray(zipped({"mara.pdf": MARA}))
    data[data.find(b"PK\x01\x02") + 8] |= 1
    refused = refusal(bytes(data))
    assert (refused.state, "needs a password" in str(refused)) == ("encrypted", True)


@pytest.mark.parametrize(
    ("members", "state", "words"),
    [
        ({}, "unreadable", "holds no files"),
        ({"__MACOSX/a": b"x", "b/": b""}, "unreadable", "holds no files"),
        ({f"{number}.pdf": b"x" for number in range(501)}, "too_large", "more than 500 files"),
    ],
    ids=["nothing", "litter", "too many"],
)
def test_a_zip_with_nothing_or_too_much_in_it_says_so(refusal, members, state, words):
    refused = refusal(zipped(members))
    assert (refused.state, words in str(refused)) == (state, True)


def test_five_hundred_files_are_taken(replaced):
    assert len(replaced(zipped({f"{number}.txt": str(number) for number in range(500)}))) == 500


@pytest.mark.parametrize("share", [0.5, 0.98])
def test_half_a_zip_is_damaged(refusal, share):
    whole = zipped({"mara.pdf": MARA, "pim.pdf": PIM})
    refused = refusal(whole[: int(len(whole) * share)])
    assert (
        str(refused)
        == "This ZIP file is damaged and cannot be opened. Pack the files again, or upload them one by one."
    )


def bomb(count: int, mebibytes: int) -> bytes:
    return zipped({f"{number}.pdf": b" " * mebibytes * 2**20 for number in range(count)})


def test_a_bomb_whose_directory_says_so_is_not_unpacked_at_all(refusal):
    data = bomb(26, 20)
    assert len(data) < 700_000
    refused = refusal(data)
    assert (refused.state, "more than 500 MiB" in str(refused)) == ("too_large", True)


def test_a_bomb_whose_directory_lies_is_stopped_while_it_is_unpacked(replaced, settings):
    settings.MAX_FILE_BYTES = 2**20
    data = bytearray(bomb(1, 40))
    struct.pack_into("<L", data, data.find(b"PK\x01\x02") + 24, 1000)
    assert replaced(bytes(data)) == [("0.pdf", "unreadable")]


def test_files_that_lie_on_top_of_each_other_are_counted_as_often_as_they_are_there(monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    monkeypatch.setattr(limits, "no_more_files", lambda: None)
    monkeypatch.setattr(archive, "_check", lambda members: None)
    with pytest.raises(Refused):
        archive.examine(io.BytesIO(zipped({"a": b"x" * 600, "b": b"x" * 600})), io.BytesIO(), 10**6)


@pytest.mark.parametrize(
    "said",
    [
        '{"files": []}',
        '{"files": [{"name": "a", "size_bytes": 2, "problem": null}]}',
        '{"files": [{"name": "a", "size_bytes": -1, "problem": null}]}',
        '{"refused": "for a bribe"}',
    ],
    ids=["nothing", "more than there is", "less than nothing", "unknown word"],
)
def test_what_a_reader_that_was_taken_over_says_is_not_believed(
    send, gpu_worker, monkeypatch, tmp_path, said
):
    from candidates.documents import sandbox

    script = tmp_path / "child.py"
    script.write_text(
        f"import sys\nsaid = {said!r}.encode()\nsys.stdout.buffer.write(b'x' + said + len(said).to_bytes(8, 'big'))"
    )
    monkeypatch.setattr(sandbox, "CHILD", script)
    send(zipped({"mara.pdf": MARA}))
    [opening] = preparation.FILES.claim(gpu_worker, 1)
    with pytest.raises(SandboxFailed, match="makes no sense"):
        archives.unpack(opening)


def test_a_zip_may_be_larger_than_one_file_and_not_without_end(send, settings):
    settings.MAX_FILE_BYTES, settings.MAX_ZIP_BYTES = 1000, 2 * 2**20
    assert send(zipped({"mara.pdf": MARA})).state == ItemState.RECEIVED
    large = send(b"PK\x03\x04" + bytes(3 * 2**20))
    assert large.state == ItemState.TOO_LARGE
