"""From the store to the row: page images are kept beside their document, once, and shown to whoever may see it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from candidates.models import Application, Resume, UploadBatch
from candidates.uploads import intake, preparation
from models_admin.models import GpuWorker
from tests.candidates.documents import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def opening(world):
    """A claimed PDF of two pages."""
    batch = intake.open_batch(
        job=world.job, user=world.alice, announced_count=1, source=UploadBatch.Source.API
    )
    intake.receive(batch, SimpleUploadedFile("mara.pdf", files.written("Mara Vell", "References")))
    worker = GpuWorker.objects.create(name="gpu0", host="test", pid=1, pid_started_at=0.0, device="CPU")
    return preparation.FILES.claim(worker, 1)[0]


@pytest.fixture
def resume(opening) -> Resume:
    preparation.complete(opening, preparation.read_pages(opening))
    return Resume.objects.get()


@pytest.fixture
def application(resume) -> Application:
    return resume.applications.get()


def test_a_row_keeps_the_key_the_size_and_the_hash_of_each_image(resume):
    for number, page in enumerate(resume.pages, 1):
        assert set(page) == {"width_pt", "height_pt", "text", "image", "hidden", "instructions", "pictures"}
        assert set(page["image"]) == {"key", "width_px", "height_px", "sha256"}
        assert page["image"]["key"].startswith(resume.storage_key.removesuffix("pdf") + f"{number}-")
        assert storages["documents"].size(page["image"]["key"]) > 100


def test_reading_again_after_a_crash_keeps_the_same_images_once(opening):
    folder = opening.storage_key.partition("/")[0]
    first = preparation.read_pages(opening)
    kept = storages["documents"].listdir(folder)[1]
    assert preparation.read_pages(opening) == first
    assert storages["documents"].listdir(folder)[1] == kept


def test_half_an_image_from_a_crash_is_made_whole(opening):
    key = preparation.read_pages(opening).pages[0]["image"]["key"]
    storage = storages["documents"]
    with storage.open(key) as image:
        whole = image.read()
    with open(storage.path(key), "wb") as half:
        half.write(whole[:50])
    assert preparation.read_pages(opening).pages[0]["image"]["key"] == key
    with storage.open(key) as image:
        assert image.read() == whole


def test_a_page_image_goes_to_whoever_may_see_an_application_with_it(application, world, client):
    page = f"/applications/{application.pk}/pages/1"
    assert client.get(page).status_code == 302
    for person, status in ((world.charlie, 404), (world.bob, 200), (world.alice, 200)):
        client.force_login(person)
        assert client.get(page).status_code == status


def test_a_page_image_is_private_and_can_do_nothing(application, world, client):
    client.force_login(world.alice)
    answer = client.get(f"/applications/{application.pk}/pages/2")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_an_image_from_before_they_were_jpeg_is_handed_out_as_what_it_is(application, resume, world, client):
    key = storages["documents"].save("ab/old.1-0123.webp", ContentFile(b"RIFF"))
    resume.pages[0]["image"]["key"] = key
    Resume.objects.update(pages=resume.pages)
    client.force_login(world.alice)
    answer = client.get(f"/applications/{application.pk}/pages/1")
    assert answer.headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize("number", [0, 3, 10**9])
def test_a_page_that_is_not_there_is_not_found(application, world, client, number):
    client.force_login(world.alice)
    assert client.get(f"/applications/{application.pk}/pages/{number}").status_code == 404


@pytest.mark.parametrize("pages", [[{"width_pt": 1, "height_pt": 1, "text": "x"}], [{"image": None}]])
def test_a_page_without_an_image_is_not_found(application, world, client, pages):
    Resume.objects.update(pages=pages)
    client.force_login(world.alice)
    assert client.get(f"/applications/{application.pk}/pages/1").status_code == 404


def test_an_image_that_the_store_has_lost_is_not_found(application, resume, world, client):
    storages["documents"].delete(resume.pages[0]["image"]["key"])
    client.force_login(world.alice)
    assert client.get(f"/applications/{application.pk}/pages/1").status_code == 404


def test_a_document_whose_application_is_gone_is_shown_to_nobody(application, world, client):
    Application.objects.all().delete()
    client.force_login(world.alice)
    assert client.get(f"/applications/{application.pk}/pages/1").status_code == 404
