"""What a worker that starts takes: what it served last, if all of that can run here, else the default."""

import pytest

from gpu_worker import capability
from gpu_worker.moves import selections
from models_admin.models import ModelConfig
from tests.queued import make_worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(monkeypatch) -> tuple[ModelConfig, ModelConfig]:
    """A parser and a reasoner that can run here."""
    monkeypatch.setattr(capability, "obstacle", lambda row: "")
    monkeypatch.setattr(capability, "is_here", lambda row: True)
    parser, reasoner = (
        ModelConfig.objects.create(name=name, display_name=name, type=type_, inference_modes=["hybrid"])
        for name, type_ in (("weights/parser", "vision_ocr"), ("weights/reasoner", "text_reasoning"))
    )
    return parser, reasoner


@pytest.fixture
def worker(balanced, pair):
    """It served the pair last."""
    row = make_worker("gpu0", pair[1])
    row.mode, row.parser = "hybrid", pair[0]
    row.save()
    return row


def model_of(worker) -> str:
    selection = selections.at_start(worker)
    return ModelConfig.objects.get(pk=selection.model_config_id).name


def test_a_pair_that_can_run_is_taken(worker, pair):
    selection = selections.at_start(worker)
    assert (selection.mode, selection.engines) == ("hybrid", (pair[0].pk, pair[1].pk))


@pytest.mark.parametrize("which", [0, 1], ids=["parser", "reasoner"])
def test_a_pair_of_which_one_cannot_run_is_not(worker, pair, which, monkeypatch):
    monkeypatch.setattr(capability, "obstacle", lambda row: "No." if row == pair[which] else "")
    assert model_of(worker) == "rules/balanced"


@pytest.mark.parametrize("which", [0, 1], ids=["parser", "reasoner"])
def test_a_pair_of_which_one_is_not_on_this_machine_is_not_fetched(worker, pair, which, monkeypatch):
    monkeypatch.setattr(capability, "is_here", lambda row: row != pair[which])
    assert model_of(worker) == "rules/balanced"


@pytest.mark.parametrize("which", [0, 1], ids=["parser", "reasoner"])
def test_a_pair_of_which_one_was_disabled_is_not(worker, pair, which):
    pair[which].enabled = False
    pair[which].save()
    worker.refresh_from_db()
    assert model_of(worker) == "rules/balanced"
