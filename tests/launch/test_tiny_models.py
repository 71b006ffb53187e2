"""`manage.py tiny_models`: what `make run-vllm` registers before it brings everything up."""

import importlib.util
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gpu_worker.management.commands import tiny_models
from gpu_worker.tiny_checkpoints import Incomplete
from models_admin.models import ModelConfig
from models_admin.registry.yaml_file import read_registry

pytestmark = pytest.mark.django_db
NAMES = ["tiny/text-a", "tiny/text-b", "tiny/vision"]


@pytest.fixture
def built(monkeypatch, settings, tmp_path) -> list[Path]:
    """The folders that were asked for, on a machine where vLLM seems to be installed."""
    folders: list[Path] = []
    settings.MODELS_DIR = tmp_path
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(tiny_models, "BUILDERS", dict.fromkeys(NAMES, folders.append))
    monkeypatch.setattr("os.umask", lambda mask: mask)
    return folders


def test_the_file_names_what_is_built():
    assert sorted(read_registry(tiny_models.FILE).models) == sorted(tiny_models.BUILDERS) == NAMES


def test_each_name_is_a_folder_under_the_models_folder(built, tmp_path):
    call_command("tiny_models")
    assert built == [tmp_path / name for name in NAMES]


def test_they_are_registered_enabled_and_say_that_they_judge_nothing(built):
    call_command("tiny_models")
    rows = ModelConfig.objects.enabled()
    assert sorted(row.name for row in rows) == NAMES
    assert all("not for screening" in row.display_name for row in rows)


def test_none_of_them_becomes_the_default(built):
    call_command("tiny_models")
    assert not ModelConfig.objects.filter(is_default=True).exists()


def test_a_second_time_changes_nothing(built):
    call_command("tiny_models")
    ModelConfig.objects.filter(name="tiny/text-a").update(max_tokens=900)
    call_command("tiny_models")
    assert dict(ModelConfig.objects.values_list("name", "max_tokens")) == {
        "tiny/text-a": 900,
        "tiny/text-b": 1500,
        "tiny/vision": 1500,
    }


def test_without_vllm_it_says_how_to_install_it(built, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CommandError, match="make install-gpu, or make install-cpu"):
        call_command("tiny_models")


def test_a_folder_in_its_way_is_named(built, monkeypatch):
    def refuses(folder: Path) -> None:
        raise Incomplete(f"{folder} is no whole checkpoint")

    monkeypatch.setattr(tiny_models, "BUILDERS", {"tiny/text-a": refuses})
    with pytest.raises(CommandError, match="text-a is no whole checkpoint"):
        call_command("tiny_models")


def test_in_production_nobody_is_judged_by_random_weights(built, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="Random weights judge nobody"):
        call_command("tiny_models")
    assert (built, ModelConfig.objects.count()) == ([], 0)


@pytest.mark.vllm
@pytest.mark.filterwarnings("ignore")
def test_with_vllm_the_weights_lie_where_the_names_say(settings, tmp_path, monkeypatch):
    settings.MODELS_DIR = tmp_path
    monkeypatch.setattr("os.umask", lambda mask: mask)
    call_command("tiny_models")
    assert sorted(str(path.parent.relative_to(tmp_path)) for path in tmp_path.rglob("*.safetensors")) == NAMES
