"""What cannot fit into the memory of any worker is refused with the arithmetic; what nobody knows is not."""

import pytest

from models_admin.models import GpuWorker, ModelConfig
from models_admin.registry import fitting

TWO_GPUS = {"gpus": 2, "gpu_total_gib": 24.0, "gpu_budget_gib": 22.8, "weights_gib": {"7": 15.2}}
CPU = {"gpus": 0, "gpu_total_gib": 0.0, "gpu_budget_gib": 8.0, "weights_gib": {"7": 15.2}}


def worker(memory: dict, name: str = "gpu0") -> GpuWorker:
    return GpuWorker(name=name, memory=memory)


def model(**fields) -> ModelConfig:
    return ModelConfig(pk=7, name="acme/reader", provider="vllm", **fields)


@pytest.mark.parametrize(
    ("fields", "memory", "sentence"),
    [
        ({"gpu_memory_utilization": 0.7}, TWO_GPUS, ""),
        (
            {"gpu_memory_utilization": 0.5},
            TWO_GPUS,
            "Its weights take 15.2 GiB; it may take 0.5 × 24.0 GiB = 12.0 GiB. Choose more than 0.64.",
        ),
        (
            {"gpu_memory_utilization": 0.99},
            TWO_GPUS,
            "0.99 × 24.0 GiB = 23.8 GiB; gpu0 has 22.8 GiB for models. Choose at most 0.95.",
        ),
        ({"gpu_memory_utilization": 0.5, "tensor_parallel_size": 2}, TWO_GPUS, ""),
        ({"tensor_parallel_size": 4}, TWO_GPUS, "It asks for 4 GPUs; gpu0 has 2."),
        (
            {},
            TWO_GPUS | {"weights_gib": {"7": 30.0}},
            "Its weights take 30.0 GiB of a GPU; gpu0 has 22.8 GiB for models.",
        ),
        ({}, CPU, "Its weights take 15.2 GiB; gpu0 has 8.0 GiB for them."),
        ({}, CPU | {"gpu_budget_gib": 16.0}, ""),
        ({"gpu_memory_utilization": 0.1}, TWO_GPUS | {"weights_gib": {}}, ""),
        ({}, {}, ""),
    ],
)
def test_the_arithmetic(fields, memory, sentence):
    assert fitting.fit_refusal(model(**fields), [worker(memory)]) == sentence


def test_one_worker_that_has_room_is_enough():
    small, large = worker(CPU), worker(TWO_GPUS, "gpu1")
    assert fitting.fit_refusal(model(), [small, large]) == ""


def test_without_a_worker_nobody_knows():
    assert fitting.fit_refusal(model(tensor_parallel_size=8), []) == ""


def test_rules_take_no_memory():
    rules = ModelConfig(pk=7, name="rules/x", provider="rules")
    assert fitting.fit_refusal(rules, [worker(CPU)]) == ""


def test_weights_that_no_worker_has_looked_at_are_weighed_on_this_disk(tmp_path, settings):
    settings.MODELS_DIR = tmp_path
    folder = tmp_path / "acme" / "reader"
    folder.mkdir(parents=True)
    with (folder / "model.safetensors").open("wb") as file:
        file.truncate(10 * 2**30)
    said = CPU | {"weights_gib": {}}
    assert (
        fitting.fit_refusal(model(), [worker(said)])
        == "Its weights take 10.0 GiB; gpu0 has 8.0 GiB for them."
    )
