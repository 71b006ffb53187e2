"""Checkpoints of random weights: whole or not there at all, the same for the same seed, and loadable."""

from pathlib import Path

import pytest

from gpu_worker import tiny_checkpoints
from gpu_worker.tiny_checkpoints import Incomplete

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore")]

KINDS = ["tiny/text-a", "tiny/vision"]
SYSTEM = {"role": "system", "content": "Answer in JSON."}
PAGE = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Read it."}]}


def tokenizer(folder: Path):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "architecture"),
    [("tiny/text-a", "Qwen2ForCausalLM"), ("tiny/vision", "Idefics3ForConditionalGeneration")],
)
def test_the_configuration_names_its_architecture_and_its_context(checkpoints, name, architecture):
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(checkpoints / name, local_files_only=True)
    assert config.architectures == [architecture]
    assert config.get_text_config().max_position_embeddings == 16384


@pytest.mark.parametrize("name", KINDS)
def test_the_tokenizer_fits_the_vocabulary_and_loses_nothing(checkpoints, name):
    said = "Zażółć gęślą jaźń: 履歴書, \x7f and \t“quotes”"
    known = tokenizer(checkpoints / name)
    assert len(known) <= tiny_checkpoints.VOCABULARY
    assert known.decode(known(said)["input_ids"]) == said


@pytest.mark.parametrize("name", KINDS)
def test_an_answer_ends_with_the_token_that_the_weights_end_with(checkpoints, name):
    from transformers import GenerationConfig

    ends_with = GenerationConfig.from_pretrained(checkpoints / name).eos_token_id
    assert tokenizer(checkpoints / name).eos_token_id == ends_with


def test_the_template_puts_every_message_under_its_role(checkpoints):
    said = tokenizer(checkpoints / "tiny/text-a").apply_chat_template(
        [SYSTEM, {"role": "user", "content": "Read it."}], tokenize=False, add_generation_prompt=True
    )
    assert said == (
        "<|im_start|>system\nAnswer in JSON.<|im_end|>\n"
        "<|im_start|>user\nRead it.<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_the_template_puts_an_image_where_it_stands(checkpoints):
    said = tokenizer(checkpoints / "tiny/vision").apply_chat_template([PAGE], tokenize=False)
    assert said == "<|im_start|>user\n<image>Read it.<|im_end|>\n"


def test_an_image_becomes_tokens_and_pixels(checkpoints):
    from PIL import Image
    from transformers.models.idefics3 import Idefics3Processor
    from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil

    folder = checkpoints / "tiny/vision"
    images = Idefics3ImageProcessorPil.from_pretrained(folder)
    reads = Idefics3Processor.from_pretrained(folder, image_processor=images, tokenizer=tokenizer(folder))
    page = Image.new("RGB", (800, 1131), "white")
    read = reads(text="<image>", images=[page])
    assert 50 < len(read["input_ids"][0]) < 200


@pytest.mark.parametrize("build", [tiny_checkpoints.text, tiny_checkpoints.vision])
def test_equal_seeds_give_equal_bytes(tmp_path, build):
    build(tmp_path / "one", seed=7)
    build(tmp_path / "two", seed=7)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_another_seed_gives_other_weights_of_the_same_form(checkpoints):
    one, two = files(checkpoints / "tiny/text-a"), files(checkpoints / "tiny/text-b")
    assert {name for name in one if one[name] != two[name]} == {"model.safetensors"}


def test_the_tiny_size_is_tiny(checkpoints):
    assert (checkpoints / "tiny/text-a" / "model.safetensors").stat().st_size < 3_000_000


def test_building_leaves_other_peoples_random_numbers_alone(tmp_path):
    import torch

    before = torch.random.get_rng_state()
    tiny_checkpoints.text(tmp_path / "text")
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_whole_checkpoint_stays_as_it_is(tmp_path):
    tiny_checkpoints.text(tmp_path / "text", seed=1)
    before = files(tmp_path / "text")
    tiny_checkpoints.text(tmp_path / "text", seed=2)
    assert files(tmp_path / "text") == before


def test_a_folder_that_is_no_checkpoint_is_named_and_stays(tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "notes.txt").write_text("mine")
    with pytest.raises(Incomplete, match=f"{tmp_path}/text is no whole checkpoint"):
        tiny_checkpoints.text(tmp_path / "text")
    assert files(tmp_path / "text") == {"notes.txt": b"mine"}


def test_what_breaks_on_the_way_leaves_nothing(tmp_path, monkeypatch):
    def breaks(folder: Path, *_) -> None:
        (folder / "config.json").write_text("{}")
        raise OSError("no space")

    monkeypatch.setattr(tiny_checkpoints, "_text", breaks)
    with pytest.raises(OSError, match="no space"):
        tiny_checkpoints.text(tmp_path / "text")
    assert list(tmp_path.iterdir()) == []


def test_of_two_that_build_at_once_both_are_content(tmp_path, monkeypatch):
    real = tiny_checkpoints._text

    def overtaken(folder: Path, size, seed: int) -> None:
        monkeypatch.setattr(tiny_checkpoints, "_text", real)
        tiny_checkpoints.text(tmp_path / "text", seed=1)
        real(folder, size, seed)

    monkeypatch.setattr(tiny_checkpoints, "_text", overtaken)
    tiny_checkpoints.text(tmp_path / "text", seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["text"]
