"""The registry file: read as older files have it, with errors that say where and what is allowed."""

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from models_admin.models import AuditEvent, ModelConfig
from models_admin.registry import yaml_file
from models_admin.registry.yaml_file import RegistryError

pytestmark = pytest.mark.django_db

FLAT = """
models:
  "your/new-model":
    display_name: New
    type: multimodal
    inference_modes: [one_shot]
    gpu_memory_utilization: 0.8
    max_model_len: 8192
    temperature: 0.1
    repetition_penalty: 1.1
"""


@pytest.fixture
def write(tmp_path):
    def write(text: str):
        path = tmp_path / "models.yaml"
        path.write_text(text)
        return path

    return write


def problems(path) -> str:
    with pytest.raises(RegistryError) as refusal:
        yaml_file.load_registry(path)
    return "\n".join(refusal.value.problems)


def test_the_flat_form_of_older_files_is_read_as_it_is(write):
    yaml_file.load_registry(write(FLAT))
    row = ModelConfig.objects.get()
    assert (row.name, row.provider, row.max_model_len, row.temperature) == (
        "your/new-model",
        "vllm",
        8192,
        0.1,
    )


def test_the_shipped_file_holds_the_models_of_older_files_and_two_rules_entries():
    loaded = yaml_file.load_registry(settings.MODELS_FILE)
    assert {"Qwen/Qwen2.5-Omni-7B", "zai-org/GLM-4.1V-9B-Thinking", "rules/balanced", "rules/strict"} <= {
        *loaded.created
    }
    assert ModelConfig.objects.get(is_default=True).name == "Qwen/Qwen2.5-Omni-7B"
    assert not ModelConfig.objects.get(name="openai/gpt-oss-20b").enabled


def test_rows_that_exist_are_kept_as_the_admin_left_them(write):
    yaml_file.load_registry(write(FLAT))
    ModelConfig.objects.update(display_name="Edited")
    loaded = yaml_file.load_registry(write(FLAT))
    assert (loaded.kept, ModelConfig.objects.get().display_name) == (["your/new-model"], "Edited")


def test_unless_the_file_is_to_win(write):
    yaml_file.load_registry(write(FLAT))
    ModelConfig.objects.update(display_name="Edited")
    yaml_file.load_registry(write(FLAT), overwrite=True)
    assert ModelConfig.objects.get().display_name == "New"


def test_the_files_default_is_the_default_where_there_is_none(write):
    yaml_file.load_registry(write("default_model: your/new-model" + FLAT))
    assert ModelConfig.objects.get().is_default


@pytest.mark.parametrize(("overwrite", "default"), [(False, "mine"), (True, "your/new-model")])
def test_the_default_of_the_admin_stays_unless_the_file_is_to_win(write, overwrite, default):
    ModelConfig.objects.create(
        name="mine",
        display_name="M",
        type="rules",
        provider="rules",
        inference_modes=["one_shot"],
        is_default=True,
    )
    yaml_file.load_registry(write("default_model: your/new-model" + FLAT), overwrite=overwrite)
    assert ModelConfig.objects.get(is_default=True).name == default


def test_a_file_without_a_default_changes_none(write):
    yaml_file.load_registry(write(FLAT))
    ModelConfig.objects.update(is_default=True)
    yaml_file.load_registry(write(FLAT), overwrite=True)
    assert ModelConfig.objects.get().is_default


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "temperature: 0.1",
            "temprature: 0.1",
            "your/new-model: temprature: unknown; allowed are display_name",
        ),
        (
            "temperature: 0.1",
            "temperature: 9",
            "your/new-model: temperature: input should be less than or equal to 2",
        ),
        (
            "temperature: 0.1",
            "temperature: hot",
            "your/new-model: temperature: input should be a valid number",
        ),
        ("type: multimodal", "type: magic", "your/new-model: type: input should be 'multimodal'"),
        ("    display_name: New\n", "", "your/new-model: display_name: field required"),
        ("[one_shot]", "[two_shot]", "your/new-model: inference_modes"),
        (
            "type: multimodal",
            "type: text_reasoning",
            "inference_modes: A model of the type text_reasoning takes",
        ),
        (
            "type: multimodal",
            "type: rules\n    provider: vllm",
            "your/new-model: provider: The type rules, and no other",
        ),
        ("models:", "default_model: other\nmodels:", "default_model: 'other' is not among the models"),
        ("models:", "modles: 1\nmodels:", "modles: unknown; allowed are default_model, models"),
        ("your/new-model", "your new model", "your new model: name: Use a repository id"),
        ("type: multimodal", "type: multimodal\n    type: rules", "'type' appears twice"),
        ("models:", "models: [", "not YAML"),
        ("display_name: New", 'display_name: "N\\0"', "line 4, column 19: not YAML: a NUL"),
        ("display_name: New", "? [New]\n    : 1", "not YAML: a name must be one word"),
        (
            "    type: multimodal",
            "    type: rules\n    rules: {shortlist: 1}",
            "your/new-model: rules: shortlist is unknown",
        ),
    ],
)
def test_an_error_names_file_model_field_and_what_is_allowed(write, old, new, said):
    words = problems(write(FLAT.replace(old, new)))
    assert words.startswith("models.yaml: ")
    assert said in words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "models.yaml: takes lines of the form “name: value” below it, not nothing"),
        ("- a", "models.yaml: takes lines of the form “name: value” below it, not ['a']"),
        ("models:", "models.yaml: models: takes lines"),
        ("default_model: a", "models.yaml: models: field required"),
        ("models: {a/b: 3}", "models.yaml: a/b: takes lines"),
    ],
)
def test_a_file_that_is_no_registry_is_told_what_is_missing(write, text, said):
    assert problems(write(text)).startswith(said)


def test_a_parser_cannot_be_the_default(write):
    text = FLAT.replace("multimodal", "vision_ocr").replace("one_shot", "hybrid")
    assert "default_model: A parser gives no verdict" in problems(
        write("default_model: your/new-model" + text)
    )


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    assert problems(tmp_path / "none.yaml") == "none.yaml: cannot be read: No such file or directory"


def test_entries_may_share_lines_with_yamls_anchors(write):
    more = "\n  other/model:\n    <<: *one\n    display_name: Other\n"
    yaml_file.load_registry(
        write(FLAT.replace('"your/new-model":', '"your/new-model": &one').rstrip() + more)
    )
    assert ModelConfig.objects.get(name="other/model").max_model_len == 8192


def test_all_problems_are_told_at_once(write):
    path = write(FLAT.replace("temperature: 0.1", "temperature: 9").replace("8192", "1"))
    assert len(problems(path).splitlines()) == 2


def test_a_file_with_a_problem_changes_nothing(write):
    problems(write(FLAT + FLAT.replace("models:", "").replace("new-model", "other").replace("0.8", "8")))
    assert not ModelConfig.objects.exists()


def test_what_is_exported_reads_back_to_the_same_rows(write):
    yaml_file.load_registry(settings.MODELS_FILE)
    before = list(ModelConfig.objects.order_by("name").values(*yaml_file.Entry.model_fields, "is_default"))
    path = write(yaml_file.dump_registry())
    ModelConfig.objects.all().delete()
    yaml_file.load_registry(path)
    after = list(ModelConfig.objects.order_by("name").values(*yaml_file.Entry.model_fields, "is_default"))
    assert after == before


def test_every_row_that_is_read_stands_in_the_audit_trail(write):
    yaml_file.load_registry(write(FLAT))
    assert AuditEvent.objects.get().action == "registry.import"


def test_the_command_reads_and_prints(write, capsys):
    call_command("registry", "import", str(write(FLAT)))
    call_command("registry", "export")
    out = capsys.readouterr().out
    assert out.startswith("1 created")
    assert "your/new-model" in yaml.safe_load(out.partition("\n")[2])["models"]


def test_the_command_says_what_is_wrong(write):
    with pytest.raises(CommandError, match="temprature"):
        call_command("registry", "import", str(write(FLAT.replace("temperature", "temprature"))))
