"""One-Shot: a model that sees pages is shown the pages themselves, from the uploaded file to the verdict."""

import io
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from PIL import Image

from candidates.documents import store
from candidates.models import Evaluation, Resume
from gpu_worker.engines.providers import engine
from tests.candidates.documents import files
from tests.gpu_worker.looking import count, seen, working
from tests.gpu_worker.vllm.conftest import BOTH_AWAKE, KV_CACHE_BYTES, RESUME

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(180),
    pytest.mark.usefixtures("redis", "connections_closed"),
]


def page(shade: int) -> bytes:
    """A page image of one shade of grey."""
    out = io.BytesIO()
    Image.new("RGB", (620, 877), (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


def of_pages(*shades: int):
    """A résumé of as many pages."""
    images = {number: page(shade) for number, shade in enumerate(shades, 1)}
    return replace(RESUME, pages=tuple(f"page {number}" for number in images), images=images)


async def test_every_page_is_shown(running):
    async with running("tiny/vision") as vision:
        unseen, one, two = [
            await vision.evaluate(each)
            for each in (replace(of_pages(255, 255), images={}), of_pages(255), of_pages(255, 255))
        ]
    assert (unseen.seen, one.seen, two.seen) == (0, 1, 2)
    assert two.prompt_tokens - one.prompt_tokens > 20


async def test_what_it_is_shown_counts(running):
    async with running("tiny/vision") as vision:
        white, black = await vision.evaluate(of_pages(255)), await vision.evaluate(of_pages(0))
    assert white.prompt_tokens == black.prompt_tokens
    assert white.answer != black.answer


async def test_a_model_is_shown_no_more_pages_than_its_row_allows(running):
    arguments = {"kv_cache_memory_bytes": KV_CACHE_BYTES, "max_num_seqs": 2, "dtype": "bfloat16"}
    one = arguments | {"limit_mm_per_prompt": {"image": 1}}
    async with running("tiny/vision", engine_args=one) as vision:
        assert (await vision.evaluate(of_pages(255, 255, 255))).seen == 1


async def test_a_model_that_reads_text_is_shown_nothing(running):
    async with running() as text:
        assert (await text.evaluate(of_pages(255))).seen == 0


async def test_of_a_scan_a_model_that_reads_text_makes_nothing_up(running):
    async with running() as text:
        reply = await text.evaluate(replace(RESUME, pages=("", " \n")))
    assert (reply.answer.outcome, reply.generated_tokens) == ("Needs Review", 0)
    assert "no text layer" in reply.answer.reason


@pytest.mark.django_db(transaction=True)
async def test_from_the_uploaded_file_to_the_verdict_on_each_criterion(tiny, received, wanting):
    vision = await sync_to_async(tiny)("tiny/vision", is_default=True)

    def upload() -> None:
        wanting()
        item = received("a")
        key = store.keep(io.BytesIO(files.text_page(b"Ana Example bakes sourdough")), "pdf")
        Resume.objects.filter(pk=item.resume_id).update(storage_key=key)

    await sync_to_async(upload)()
    async with working(engine, **BOTH_AWAKE):
        await seen(lambda: count("succeeded") == 1, limit_s=120)
    evaluation = await Evaluation.objects.aget()
    assert (evaluation.mode, evaluation.model_config_id) == ("one_shot", vision.pk)
    assert "text layer" not in evaluation.engine_version
    assert [found["key"] for found in evaluation.criteria] == ["c1", "c2"]
    assert evaluation.prompt_version.startswith("decide-3-")
