"""What vLLM raises becomes a sentence that says what to do."""

import re

import pytest

from gpu_worker.engines.vllm import failures

# As vLLM 0.32 and Transformers 5 word them, numbers changed.
RAISED = {
    "Model architectures ['NoSuchForCausalLM'] are not supported for now. Supported architectures: …": (
        "vLLM does not know its architecture (NoSuchForCausalLM)."
    ),
    "The checkpoint you are trying to load has model type `odd-one` but Transformers does not recognize": (
        "vLLM does not know its architecture (odd-one)."
    ),
    "To serve at least one request with the models's max seq len (40960), (5.62 GiB KV cache is needed, "
    "which is larger than the available KV cache memory (1.50 GiB).": (
        "Its KV cache needs 5.62 GiB for one prompt of full length and has 1.50 GiB. "
        "Lower max_model_len or give it more memory."
    ),
    "Free memory on device cuda:0 (10.2/79.1 GiB) on startup is less than desired GPU memory utilization "
    "(0.9, 71.2 GiB). Decrease GPU memory utilization": (
        "It wants 71.2 GiB of GPU memory and 10.2 of 79.1 GiB are free. "
        "Lower gpu_memory_utilization, or end what else uses the GPU."
    ),
    "No available memory for the cache blocks. Try increasing `gpu_memory_utilization`": (
        "Its weights leave no GPU memory for a KV cache. Raise gpu_memory_utilization."
    ),
    "CUDA out of memory. Tried to allocate 2.00 GiB.": (
        "There is not enough memory for it. Lower max_model_len or gpu_memory_utilization."
    ),
    "DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.": (
        "There is not enough memory for it. Lower max_model_len or gpu_memory_utilization."
    ),
    "Can't load tokenizer for '/models/a'.": "Its tokenizer cannot be read. Fetch the model's folder again.",
    "User-specified max_model_len (9000) is greater than the derived max_model_len": (
        "Its max_model_len is more than it was made for. Lower it."
    ),
    "Error while deserializing header: InvalidHeaderDeserialization": (
        "Its weight files are damaged. Fetch them again."
    ),
}


@pytest.mark.parametrize(("raised", "words"), RAISED.items())
def test_what_is_known_is_said_in_our_words(raised, words):
    assert failures.sentence("a/b", f"Traceback\n{raised}\nmore") == f"a/b cannot be loaded. {words}"


def test_what_is_not_known_is_said_in_the_first_of_vllms_lines():
    assert failures.sentence("a/b", "\n  odd thing  \nmore") == "a/b cannot be loaded. vLLM says: odd thing"


def test_where_vllm_says_nothing_the_log_is_named():
    assert failures.sentence("a/b", " \n") == "a/b cannot be loaded. vLLM says: nothing; see the log."


def test_every_pattern_is_one_that_an_example_here_meets():
    met = {next(p for p in failures.KNOWN if re.search(p, raised, re.DOTALL)) for raised in RAISED}
    elsewhere = [pattern for pattern in failures.KNOWN if "Available memory on node" in pattern]
    assert met == set(failures.KNOWN) - set(elsewhere)


def test_a_résumé_that_is_too_long_is_told_to_the_recruiter_in_tokens():
    error = "The decoder prompt (length 5000) is longer than the maximum model length of 4096."
    assert "more than 4096 tokens" in failures.refused("a/b", error)


def test_another_refusal_is_handed_on():
    assert failures.refused("a/b", "odd thing\nmore") == "a/b refused the résumé: odd thing"


def test_an_answer_without_an_end_says_which_setting_to_raise():
    assert "Raise max_tokens" in failures.unfinished("a/b", "length", 4095, 4096)
    assert "Raise max_model_len" in failures.unfinished("a/b", "length", 4096, 4096)
    assert failures.unfinished("a/b", "abort", 10, 4096) == "a/b broke off its answer (abort)."
