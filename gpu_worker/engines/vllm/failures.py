"""vLLM's errors, in words for the operator or recruiter who has to act on them."""

import re

# A pattern in the error, and the sentence for it; named groups are filled in.
KNOWN: dict[str, str] = {
    r"Model architectures? \[?'?(?P<what>[\w, ']+)'?\]? (?:are|is|has) ": (
        "vLLM does not know its architecture ({what})."
    ),
    r"model type `?(?P<what>[\w\-.]+)`? but Transformers does not recognize": (
        "vLLM does not know its architecture ({what})."
    ),
    r"at least one request.*?(?P<need>[\d.]+) GiB KV cache is needed.*?\((?P<have>[\d.]+) GiB\)": (
        "Its KV cache needs {need} GiB for one prompt of full length and has {have} GiB. "
        "Lower max_model_len or give it more memory."
    ),
    r"Free memory on device .*?\((?P<free>[\d.]+)/(?P<all>[\d.]+) GiB\).*?, (?P<want>[\d.]+) GiB\)": (
        "It wants {want} GiB of GPU memory and {free} of {all} GiB are free. "
        "Lower gpu_memory_utilization, or end what else uses the GPU."
    ),
    r"No available memory for the cache blocks": (
        "Its weights leave no GPU memory for a KV cache. Raise gpu_memory_utilization."
    ),
    r"Available memory on node \d+ \((?P<free>[\d.]+)/.*?memory for kv \((?P<want>[\d.]+) GiB\)": (
        "Its KV cache wants {want} GiB of memory and {free} GiB are free. Lower kv_cache_memory_bytes."
    ),
    r"(?i)out of memory|OutOfMemoryError|can(?:'t|not) allocate memory|MemoryError": (
        "There is not enough memory for it. Lower max_model_len or gpu_memory_utilization."
    ),
    r"(?i)tokenizer.*?(?:can't load|couldn't|not found)|(?:can't load|couldn't).*?tokenizer": (
        "Its tokenizer cannot be read. Fetch the model's folder again."
    ),
    r"max_model_len \(\d+\) is greater": "Its max_model_len is more than it was made for. Lower it.",
    r"SafetensorError|HeaderTooLarge|InvalidHeader|while deserializing header": (
        "Its weight files are damaged. Fetch them again."
    ),
}
# vLLM's only message about a process that was killed.
KILLED = r"Failed core proc\(s\): \{[^}]*: -9\b"


def sentence(name: str, error: str) -> str:
    """Return why `name` did not load, from the error that was raised."""
    for pattern, words in KNOWN.items():
        if found := re.search(pattern, error, re.DOTALL):
            parts = {key: (value or "").replace("'", "").strip() for key, value in found.groupdict().items()}
            return f"{name} cannot be loaded. {words.format(**parts)}"
    if re.search(KILLED, error):
        return (
            f"{name} cannot be loaded. Its process was killed, because the machine's memory was full or by "
            "somebody. dmesg says which."
        )
    return f"{name} cannot be loaded. vLLM says: {_first_line(error)}"


def refused(name: str, error: str) -> str:
    """Return why `name` refused a prompt, for a recruiter."""
    if found := re.search(r"maximum (?:context|model) length (?:is|of) (\d+)", error):
        return too_long(name, int(found[1]))
    return f"{name} refused the résumé: {_first_line(error)}"


def too_long(name: str, max_model_len: int) -> str:
    return f"The résumé is too long for {name}: with the job it is more than {max_model_len} tokens."


def unfinished(name: str, finish_reason: str, tokens: int, max_model_len: int) -> str:
    """Return why an answer of `name` is incomplete; `tokens` counts prompt and answer together."""
    if finish_reason == "length" and tokens >= max_model_len:
        return (
            f"Résumé, job and answer together are more than the {max_model_len} tokens of {name}. "
            "Raise max_model_len, or ask for fewer criteria."
        )
    if finish_reason == "length":
        return f"The answer of {name} was cut off before its end. Raise max_tokens or thinking_tokens."
    return f"{name} broke off its answer ({finish_reason})."


def _first_line(error: str) -> str:
    lines = [line.strip() for line in error.splitlines() if line.strip()]
    if len(lines) > 1 and re.search(r"\b\d+ validation errors? for ", lines[0]):
        return _first_complaint(lines[1:])[:300]
    return lines[0][:300] if lines else "nothing; see the log."


def _first_complaint(lines: list[str]) -> str:
    """Return the first of pydantic's complaints: "dtype: Input should be 'half' or 'float'"."""
    ends = next((number for number, line in enumerate(lines, 1) if "[type=" in line), 1)
    said = ": ".join(lines[:ends]).split(" [type=")[0]
    return re.sub(r"(?:Value|Assertion) error, ", "", said, count=1)
