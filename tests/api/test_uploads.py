"""Sending files: one by one into a batch, or all at once; every one ends in the ledger, whatever it is."""

import errno
import threading

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import storages
from django.db import connections
from django.test import AsyncClient
from knox.models import AuthToken

from candidates.documents import store
from candidates.models import ItemState, Resume, UploadBatch, UploadItem
from candidates.uploads import arrivals, intake, ledger
from candidates.uploads.stopping import stopping
from tests.api.conftest import PDF, api_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(world) -> UploadBatch:
    return intake.open_batch(
        job=world.job, user=world.alice, announced_count=1, source=UploadBatch.Source.API
    )


@pytest.fixture
def send(alice, batch, file):
    """Send one file into the batch; returns what the API says of it."""

    def send(name="a.pdf", content=PDF):
        answer = alice.post(
            f"/api/batches/{batch.pk}/files", {"file": file(name, content)}, format="multipart"
        )
        assert answer.status_code == 201
        return answer.json()

    return send


@pytest.fixture
def full_disk(monkeypatch, tmp_path, settings):
    """The disk fills up while a document is written; returns what stands in the store then."""
    options = {**settings.STORAGES["documents"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "documents": options}

    def full(storage, key):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "sync", full)
    return lambda: [path for path in tmp_path.rglob("*") if path.is_file()]


class TestOneFile:
    def test_a_pdf_is_received_and_kept(self, send):
        assert send()["state"] == "received"
        resume = Resume.objects.get()
        with storages["documents"].open(resume.storage_key) as kept:
            assert kept.read() == PDF

    @pytest.mark.parametrize(
        ("content", "state", "words"),
        [
            (b"", "unreadable", "The file is empty."),
            (b"GIF89a", "unsupported", "whatever its name says. Readable are PDF, Word (.docx), PNG"),
            (b"%PDF-" + b"x" * 2 * 2**20, "too_large", "2.1 MiB. The limit is 2 MiB"),
        ],
    )
    def test_what_cannot_be_taken_says_so_and_is_not_kept(self, send, settings, content, state, words):
        settings.MAX_FILE_BYTES = 2 * 2**20
        said = send(content=content)
        assert (said["state"], words in said["reason"]) == (state, True)
        assert not Resume.objects.exists()

    def test_the_same_bytes_again_are_a_duplicate_of_the_first(self, send):
        send("a.pdf")
        said = send("b.pdf")
        assert (said["state"], "as “a.pdf”" in said["reason"]) == ("duplicate", True)

    def test_the_same_bytes_for_another_job_are_a_new_file_of_the_same_document(
        self, send, world, alice, file
    ):
        send()
        other = alice.post("/api/jobs", {"title": "Baker", "description": "Bakes."}, format="json").json()[
            "id"
        ]
        new = alice.post("/api/batches", {"job_id": other, "announced_count": 1}, format="json").json()["id"]
        said = alice.post(f"/api/batches/{new}/files", {"file": file()}, format="multipart").json()
        assert (said["state"], Resume.objects.count()) == ("received", 1)

    def test_bytes_that_failed_may_come_again(self, send):
        send()
        UploadItem.objects.update(state=ItemState.UNREADABLE, reason="Damaged.", ended_at="2026-01-01T00:00Z")
        assert send()["state"] == "received"

    @pytest.mark.parametrize(
        ("name", "kept"),
        [("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\cv\\me.pdf", "me.pdf"), ("a\x00\x1b[1mb.pdf", "a[1mb.pdf"),
         ("..", "unnamed"), ("x" * 400 + ".pdf", "x" * 196 + ".pdf"), ("Ana\u00a0L.pdf", "Ana L.pdf"),
         ("a\u202efdp.exe", "afdp.exe"), ("\ud800.pdf", "pdf")],
    )  # fmt: skip
    def test_only_the_files_own_name_is_taken(self, name, kept):
        assert arrivals.clean_name(name) == kept

    def test_where_it_is_kept_has_nothing_to_do_with_its_name(self, send):
        send("../../evil.pdf")
        assert "evil" not in Resume.objects.get().storage_key

    def test_a_full_disk_is_a_failure_in_the_ledger_with_nothing_left_behind(self, send, full_disk):
        said = send()
        assert (said["state"], "No space left on device" in said["reason"]) == ("failed", True)
        assert (Resume.objects.count(), full_disk()) == (0, [])

    def test_what_was_never_kept_is_uploaded_again_not_tried_again(self, send, alice, full_disk):
        answer = alice.post(f"/api/items/{send()['id']}/retry")
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "This file was not saved. Upload it again.",
        )

    @pytest.mark.parametrize("name", ["..", "../", "a/", "\x01"])
    def test_a_file_without_a_name_is_counted_too(self, alice, batch, name):
        body = (
            f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
            + PDF
            + b"\r\n--x--\r\n"
        )
        answer = alice.post(
            f"/api/batches/{batch.pk}/files", body, content_type="multipart/form-data; boundary=x"
        )
        assert (answer.status_code, answer.json()["name"]) == (201, "unnamed")

    def test_a_second_file_in_another_field_is_refused(self, alice, batch, file):
        body = {"file": file("a.pdf"), "other": file("b.pdf")}
        assert alice.post(f"/api/batches/{batch.pk}/files", body, format="multipart").status_code == 400

    def test_bytes_that_come_again_heal_a_document_that_was_lost(self, send):
        send()
        storages["documents"].delete(Resume.objects.get().storage_key)
        UploadItem.objects.update(state=ItemState.FAILED, reason="Lost.", ended_at="2026-01-01T00:00Z")
        send()
        assert storages["documents"].exists(Resume.objects.get().storage_key)

    @pytest.mark.parametrize("files", [[], ["a.pdf", "b.pdf"]])
    def test_it_is_exactly_one(self, alice, batch, file, files):
        body = {"file": [file(name) for name in files]}
        assert alice.post(f"/api/batches/{batch.pk}/files", body, format="multipart").status_code == 400

    @pytest.mark.django_db(transaction=True)
    def test_the_same_bytes_at_the_same_moment_are_one_file_and_duplicates(self, batch, file):
        barrier, states = threading.Barrier(4), []

        def receive():
            barrier.wait()
            states.append(intake.receive(batch, file()).state)
            connections.close_all()

        threads = [threading.Thread(target=receive) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(states) == ["duplicate", "duplicate", "duplicate", "received"]
        assert Resume.objects.count() == 1


class TestBatch:
    def test_the_counts_add_up_to_what_was_received(self, send, alice, batch):
        send("a.pdf"), send("b.pdf"), send("c.txt", b"text"), send("d.pdf", b"")
        counts = alice.get(f"/api/batches/{batch.pk}").json()["counts"]
        states = {state.value: counts[state.value] for state in ItemState}
        assert (counts["total"], sum(states.values()), counts["open"], counts["need_attention"]) == (
            4,
            4,
            1,
            2,
        )

    def test_another_may_not_see_it(self, charlie, batch):
        answer = charlie.get(f"/api/batches/{batch.pk}")
        assert (answer.status_code, answer.json()["detail"]) == (
            404,
            f"There is no batch {batch.pk}, or it is not shared with you.",
        )

    def test_another_may_not_try_its_files_again(self, charlie, send):
        item = send()["id"]
        answer = charlie.post(f"/api/items/{item}/retry")
        assert (answer.status_code, answer.json()["detail"]) == (
            404,
            f"There is no file {item}, or it is not shared with you.",
        )

    def test_uploading_needs_the_right(self, olga, world):
        world.team.members.add(world.olga)
        body = {"job_id": world.job.pk, "announced_count": 1}
        assert olga.post("/api/batches", body, format="json").status_code == 403

    def test_only_what_failed_can_be_tried_again(self, send, alice):
        item = send()
        assert alice.post(f"/api/items/{item['id']}/retry").status_code == 409

    def test_what_failed_goes_back_to_where_it_failed(self, send, alice):
        item = send()
        UploadItem.objects.update(
            state=ItemState.FAILED, reason="Disk.", failures=3, ended_at="2026-01-01T00:00Z"
        )
        assert alice.post(f"/api/items/{item['id']}/retry").json()["state"] == "received"
        assert UploadItem.objects.get().failures == 0


@pytest.mark.django_db(transaction=True)
class TestAllAtOnce:
    """/api/upload, kept for older clients."""

    @pytest.fixture(autouse=True)
    async def _connections_closed(self):
        yield
        await sync_to_async(connections.close_all)()

    @pytest.fixture
    def upload(self, world, async_client, file):
        async def upload(query="", files=(("a.pdf", PDF),), user=world.alice, field="pdf_files", **body):
            await sync_to_async(async_client.force_login)(user)
            sent = [file(*each) for each in files]
            body = {"job_title": "Python developer"} | body
            return await async_client.post(f"/api/upload{query}", {field: sent, **body})

        return upload

    async def test_without_a_worker_it_answers_202_at_once_and_keeps_the_files(self, upload):
        answer = await upload()
        said = answer.json()
        assert (answer.status_code, said["message"]["total"]) == (202, 1)
        assert said["debug_message"] == "1 of 1 files are saved and waiting: no worker is running."

    async def test_when_all_have_ended_it_is_200_with_the_counts(self, upload):
        answer = await upload(files=[("a.txt", b"text"), ("b.pdf", b"")])
        assert (answer.status_code, answer.json()["message"]) == (
            200,
            {"success": 0, "llm_error": 0, "server_error": 2, "skipped": 0, "total": 2},
        )

    async def test_the_field_name_of_older_clients_is_taken_too(self, upload):
        assert (await upload(field="pdf_files[]")).status_code == 202

    async def test_it_waits_no_longer_than_asked(self, upload, world, registry):
        from tests.queued import make_worker

        await sync_to_async(make_worker)("gpu0")
        answer = await upload("?wait=0.3")
        assert "are in progress" in answer.json()["debug_message"]

    async def test_when_the_site_stops_it_answers_at_once(self, upload, registry, monkeypatch):
        from tests.queued import make_worker

        await sync_to_async(make_worker)("gpu0")
        monkeypatch.setattr(stopping, "is_set", lambda: True)
        assert (await upload()).status_code == 202

    @pytest.mark.parametrize(
        ("query", "body", "code"),
        [
            ("", {"job_title": "No such job"}, 404),
            ("", {"job_title": ""}, 400),
            ("", {"job_id": "x"}, 400),
            ("", {"job_id": "99999"}, 404),
            ("", {"job_title": "a\0b"}, 400),
            ("", {"job_title": "x" * 201}, 400),
            ("", {"more": ["x"] * 1001}, 400),
            ("", {"more": "x" * 3_000_000}, 400),
            ("?wait=nan", {}, 400),
            ("?wait=soon", {}, 400),
            ("?wait=-1", {}, 400),
        ],
    )
    async def test_what_is_wrong_is_said_with_its_code(self, upload, query, body, code):
        answer = await upload(query, **body)
        assert (answer.status_code, answer.json().keys()) == (code, {"detail"})

    async def test_no_file_is_400(self, upload):
        assert (await upload(files=())).status_code == 400

    async def test_a_file_in_another_field_is_refused_not_passed_over(self, upload, file):
        answer = await upload(resumes=file("b.pdf"))
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "Send all files in the field “pdf_files”, not in “resumes”.",
        )

    async def test_a_damaged_form_is_400_with_a_sentence(self, async_client, world):
        await sync_to_async(async_client.force_login)(world.alice)
        answer = await async_client.post("/api/upload", b"--", content_type="multipart/form-data")
        assert (answer.status_code, answer.json().keys()) == (400, {"detail"})

    async def test_500_files_in_one_request_are_taken(self, upload):
        answer = await upload(files=[(f"{n}.pdf", PDF + str(n).encode()) for n in range(500)])
        assert (answer.status_code, answer.json()["message"]["total"]) == (202, 500)

    async def test_more_than_500_files_are_400_with_a_sentence(self, upload):
        answer = await upload(files=[(f"{n}.pdf", PDF) for n in range(501)])
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "Send at most 500 files in one request, or one by one to /api/batches.",
        )

    async def test_two_jobs_of_one_title_have_to_be_told_apart(self, upload, world):
        from jobs import openings

        await sync_to_async(openings.create)(owner=world.alice, title="Python developer", description="Also.")
        answer = await upload()
        assert (answer.status_code, "send job_id instead" in answer.json()["detail"]) == (400, True)

    async def test_another_may_not_upload_to_it(self, upload, world):
        assert (await upload(user=world.charlie)).status_code == 404

    async def test_nobody_uploads_without_signing_in(self, async_client):
        assert (await async_client.post("/api/upload")).status_code == 401

    async def test_a_session_alone_is_not_enough_without_its_csrf_token(self, world, file):
        browser = AsyncClient(enforce_csrf_checks=True)
        await sync_to_async(browser.force_login)(world.alice)
        body = {"pdf_files": [file()], "job_title": "Python developer"}
        assert (await browser.post("/api/upload", body)).status_code == 403

    async def test_a_token_signs_in(self, world, file):
        _, token = await sync_to_async(AuthToken.objects.create)(world.alice)
        body = {"pdf_files": [file()], "job_title": "Python developer"}
        script, headers = AsyncClient(enforce_csrf_checks=True), {"Authorization": f"Token {token}"}
        assert (await script.post("/api/upload", body, headers=headers)).status_code == 202


def test_the_counts_tell_model_failures_from_ours(batch, send):
    send("a.pdf"), send("b.pdf", PDF + b"2"), send("c.pdf", PDF + b"3")
    ended = {"ended_at": "2026-01-01T00:00Z", "reason": "x"}
    first, second, third = UploadItem.objects.all()
    UploadItem.objects.filter(pk=first.pk).update(state="failed", failed_in_model=True, **ended)
    UploadItem.objects.filter(pk=second.pk).update(state="encrypted", **ended)
    UploadItem.objects.filter(pk=third.pk).update(state="invalid", **ended)
    assert ledger.upload_message(batch) == {
        "success": 1,
        "llm_error": 1,
        "server_error": 1,
        "skipped": 0,
        "total": 3,
    }


def test_a_document_goes_only_to_whoever_may_see_it(world, batch, send, client):
    from candidates.models import Application

    send("résumé of “me”.pdf")
    made = Application.objects.create(
        job=world.job, resume=Resume.objects.get(), file_name="résumé of “me”.pdf"
    )
    client.force_login(world.charlie)
    assert client.get(f"/resumes/{made.pk}/file").status_code == 404
    client.force_login(world.alice)
    answer = client.get(f"/resumes/{made.pk}/file")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''r%C3%A9sum")
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == (
        "nosniff",
        "private, no-store",
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert api_of(world.alice).get("/api/health").status_code == 200
