"""Beside the plain cases of vLLM's errors: several at once, errors within errors, words that only look known."""

import re

import pytest

from gpu_worker.engines.vllm import failures

MEMORY = "There is not enough memory for it. Lower max_model_len or gpu_memory_utilization."
DAMAGED = "Its weight files are damaged. Fetch them again."


def said(raised: str) -> str:
    sentence = failures.sentence("a/b", raised)
    assert sentence.startswith("a/b cannot be loaded. ")
    return sentence.removeprefix("a/b cannot be loaded. ")


def test_no_memory_for_a_kv_cache_on_a_cpu_says_how_much_was_wanted_and_what_to_lower():
    raised = (
        "ValueError: Available memory on node 0 (1.25/3.83 GiB) on kv cache allocation is less than requested "
        "memory for kv (4.0 GiB). Decrease --kv-cache-memory-bytes, VLLM_CPU_KVCACHE_SPACE, or reduce CPU memory."
    )
    assert said(raised) == (
        "Its KV cache wants 4.0 GiB of memory and 1.25 GiB are free. Lower kv_cache_memory_bytes."
    )


def test_several_unknown_architectures_are_listed_as_a_person_would():
    raised = "ValueError: Model architectures ['OneForCausalLM', 'TwoForCausalLM'] are not supported for now."
    assert said(raised) == "vLLM does not know its architecture (OneForCausalLM, TwoForCausalLM)."


@pytest.mark.parametrize(
    "raised",
    [
        "OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        "AcceleratorError: CUDA error: out of memory",
        "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED: Out Of Memory",
        "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.",
        "OSError: [Errno 12] Cannot allocate memory",
        "MemoryError: ",
    ],
)
def test_memory_that_is_not_there_is_called_so_however_it_is_worded(raised):
    assert said(raised) == MEMORY


@pytest.mark.parametrize(
    "raised",
    [
        "SafetensorError: Error while deserializing header: incomplete metadata, file not fully covered",
        "Error while deserializing header: header too large",
        "SafetensorError: HeaderTooLarge",
    ],
)
def test_damaged_weights_are_called_so(raised):
    assert said(raised) == DAMAGED


@pytest.mark.parametrize(
    "raised",
    [
        "PermissionError: [Errno 13] Permission denied: '/models/a/b/model.safetensors'",
        "FileNotFoundError: Weight files referenced in index but missing: {'/models/a/b/2.safetensors'}",
    ],
)
def test_weights_that_are_only_named_are_not_called_damaged(raised):
    assert said(raised) == f"vLLM says: {raised}"


@pytest.mark.parametrize(
    "raised",
    [
        "OSError: Can't load tokenizer for '/models/a/b'. If you were trying to load it from",
        "ValueError: Couldn't instantiate the backend tokenizer from one of: \n(1) a `tokenizers` library",
        "ValueError: Tokenizer class 'Odd' specified in the tokenizer config was not found.",
    ],
)
def test_a_tokenizer_that_cannot_be_read_is_to_be_fetched_again(raised):
    assert said(raised) == "Its tokenizer cannot be read. Fetch the model's folder again."


def test_a_tokenizer_that_needs_code_of_its_own_is_explained_in_vllms_words():
    raised = (
        "RuntimeError: Failed to load the tokenizer. If the tokenizer is a custom tokenizer not yet available in "
        "the HuggingFace transformers library, consider setting `trust_remote_code=True` in LLM"
    )
    assert said(raised) == f"vLLM says: {raised}"


DIED = "Engine core initialization failed. See root cause above. Failed core proc(s): {'EngineCore': %d}"


def test_a_process_that_the_kernel_killed_has_said_nothing_so_it_is_said_for_it():
    assert said(DIED % -9) == (
        "Its process was killed, because the machine's memory was full or by somebody. dmesg says which."
    )


@pytest.mark.parametrize("code", [1, -6, -11, -90])
def test_a_process_that_ended_otherwise_is_not_called_killed(code):
    assert said(DIED % code) == f"vLLM says: {DIED % code}"


# Of pydantic's errors the first line only counts


def test_of_a_refused_configuration_the_reason_is_said_and_not_the_count():
    raised = (
        "1 validation error for ModelConfig\n"
        "  Value error, The checkpoint asks for bitsandbytes, which is not installed. "
        "[type=value_error, input_value=ArgsKwargs((), {'model': 'a'}), input_type=ArgsKwargs]\n"
        "    For further information visit https://errors.pydantic.dev/2.12/v/value_error"
    )
    assert said(raised) == "vLLM says: The checkpoint asks for bitsandbytes, which is not installed."


def test_the_setting_at_fault_is_named():
    raised = (
        "ValidationError: 2 validation errors for SchedulerConfig\n"
        "max_num_seqs\n"
        "  Input should be greater than or equal to 1 [type=greater_than_equal, input_value=0, input_type=int]\n"
        "    For further information visit https://errors.pydantic.dev/2.12/v/greater_than_equal\n"
        "policy\n"
        "  Input should be 'fcfs' or 'priority' [type=literal_error, input_value='odd', input_type=str]"
    )
    assert said(raised) == "vLLM says: max_num_seqs: Input should be greater than or equal to 1"


def test_what_is_known_is_found_inside_a_refused_configuration_too():
    raised = (
        "1 validation error for ModelConfig\n  Value error, User-specified max_model_len (9000) is greater than "
        "the derived max_model_len (max_position_embeddings=8192.0) [type=value_error, input_value=1]"
    )
    assert said(raised) == "Its max_model_len is more than it was made for. Lower it."


# Whatever it is


def test_a_line_without_end_is_cut():
    assert len(said("x" * 10_000)) < 400
    assert len(said(f"1 validation error for A\n{'x' * 10_000}")) < 400
    assert len(failures.refused("a/b", "x" * 10_000)) < 400


def test_braces_in_what_was_raised_are_only_text():
    assert said("Odd {thing} {0}") == "vLLM says: Odd {thing} {0}"


@pytest.mark.parametrize("words", failures.KNOWN.values())
def test_every_known_sentence_ends_as_one_and_fills_only_what_its_pattern_found(words):
    pattern = next(pattern for pattern, its in failures.KNOWN.items() if its == words)
    assert words.endswith(".")
    assert set(re.findall(r"{(\w+)}", words)) <= re.compile(pattern).groupindex.keys()


# A prompt that was not taken


@pytest.mark.parametrize(
    "raised",
    [
        "The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure",
        "The decoder prompt (length 4096) plus the number of requested output tokens (at least 1) is longer "
        "than the maximum model length of 4096. Make sure",
        "This model's maximum context length is 4096 tokens. However, your prompt contains 5000 input tokens",
    ],
)
def test_a_résumé_that_is_too_long_is_called_so_in_each_of_vllms_wordings(raised):
    assert failures.refused("a/b", raised) == (
        "The résumé is too long for a/b: with the job it is more than 4096 tokens."
    )


def test_a_refusal_without_words_points_to_the_log():
    assert failures.refused("a/b", "") == "a/b refused the résumé: nothing; see the log."
