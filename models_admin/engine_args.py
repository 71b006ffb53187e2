"""Arguments that a row may hand on to vLLM: an allow-list of AsyncEngineArgs, by their names there.

What wfc sets itself (model, revision, lengths, sleep mode, executor …) is not among them, nor is what would
open files, load code or listen on the network. Where vLLM is installed a test holds names and types to it.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails


class WrongArguments(ValueError):
    """The text says, argument by argument, what is wrong and what is allowed."""


class EngineArguments(BaseModel):
    """Every argument is optional; None = vLLM's own default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    dtype: Literal["auto", "half", "float16", "bfloat16", "float", "float32"] | None = None
    quantization: str | None = Field(None, pattern=r"^[a-z0-9_]{1,40}$")
    load_format: Literal["auto", "safetensors", "dummy", "fastsafetensors", "runai_streamer"] | None = None
    kv_cache_dtype: Literal["auto", "bfloat16", "fp8", "fp8_e4m3", "fp8_e5m2"] | None = None
    kv_cache_memory_bytes: int | None = Field(None, ge=1 << 20)
    max_num_seqs: int | None = Field(None, ge=1, le=4096)
    max_num_batched_tokens: int | None = Field(None, ge=64)
    enforce_eager: bool | None = None
    enable_prefix_caching: bool | None = None
    enable_chunked_prefill: bool | None = None
    enable_expert_parallel: bool | None = None
    pipeline_parallel_size: int | None = Field(None, ge=1)
    cpu_offload_gb: float | None = Field(None, ge=0)
    limit_mm_per_prompt: dict[Literal["image", "video", "audio"], int] | None = None
    mm_processor_kwargs: dict[str, int | float | bool | str] | None = None
    mm_processor_cache_gb: float | None = Field(None, ge=0)
    tokenizer_mode: Literal["auto", "slow", "mistral"] | None = None
    hf_overrides: dict[str, Any] | None = None
    sleep_mode_offload_cudagraph: bool | None = None
    async_scheduling: bool | None = None
    optimization_level: int | None = Field(None, ge=0, le=3)


def read(said: object) -> dict[str, Any]:
    """Return the arguments that `said`, a row's `engine_args`, sets. Raises WrongArguments."""
    try:
        return EngineArguments.model_validate(said).model_dump(exclude_none=True)
    except ValidationError as error:
        raise WrongArguments("; ".join(_words(problem) for problem in error.errors())) from error


def _words(problem: ErrorDetails) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{name} is not allowed here, allowed are {', '.join(EngineArguments.model_fields)}"
    said = problem["msg"]
    return f"{name} {said[0].lower()}{said[1:]}".strip()
