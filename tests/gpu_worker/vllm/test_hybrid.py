"""Hybrid: a vision parser transcribes the page images, a text model decides on the transcript."""

import io

import pytest
from asgiref.sync import sync_to_async

from candidates.documents import store
from candidates.models import Evaluation, Resume, Transcript
from gpu_worker.engines.providers import engine
from models_admin.models import GpuWorker
from tests.candidates.documents import files
from tests.gpu_worker.looking import count, seen, working
from tests.gpu_worker.vllm.conftest import BOTH_AWAKE, ONE_AWAKE
from tests.queued import make_worker

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("redis", "connections_closed"),
    pytest.mark.django_db(transaction=True),
]


@pytest.mark.parametrize("budget", [BOTH_AWAKE, ONE_AWAKE], ids=["both awake", "one after the other"])
async def test_from_the_uploaded_file_to_the_verdict(tiny, received, wanting, budget):
    def prepare() -> None:
        wanting()
        how = {"max_tokens": 24, "temperature": 1.0}  # its likeliest word of all is none
        parser = tiny("tiny/vision", type="vision_ocr", inference_modes=["hybrid"], **how)
        reasoner = tiny("tiny/text-a", inference_modes=["hybrid"])
        row = make_worker("gpu0", reasoner)
        row.mode, row.parser, row.status = "hybrid", parser, GpuWorker.Status.STOPPED
        row.save()
        for letter in "ab":
            item = received(letter)
            key = store.keep(io.BytesIO(files.text_page(b"Ana Example bakes sourdough")), "pdf")
            Resume.objects.filter(pk=item.resume_id).update(storage_key=key)

    await sync_to_async(prepare)()
    async with working(engine, **budget):
        await seen(lambda: count("succeeded") == 2, limit_s=200)
    transcripts = [transcript async for transcript in Transcript.objects.all()]
    assert [len(transcript.pages) for transcript in transcripts] == [1, 1]
    assert all(transcript.pages[0]["text"] for transcript in transcripts)
    read = [evaluation async for evaluation in Evaluation.objects.order_by("pk")]
    assert sorted(row.transcript_id for row in read) == sorted(transcript.pk for transcript in transcripts)
    assert [[found["key"] for found in row.criteria] for row in read] == [["c1", "c2"]] * 2
