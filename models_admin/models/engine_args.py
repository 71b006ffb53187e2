"""The arguments that a row may pass to vLLM: an allow-list of AsyncEngineArgs, with their vLLM names.

It leaves out what wfc sets itself (model, revision, lengths, sleep mode, executor …) and what opens files,
loads code or listens on the network: editing a row must not decide whose code runs. The same holds inside
dictionaries: `auto_map` of a configuration names a repository to import from, and processor arguments may
name files. If vLLM is installed, a test compares names and types with it.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

Count = Annotated[int, Field(ge=1, le=1 << 30)]
Length = Annotated[float, Field(gt=0)]
Sides = dict[Literal["shortest_edge", "longest_edge", "height", "width"], Count]
Limits = dict[Literal["image", "video", "audio"], Annotated[int, Field(ge=0, le=999)]]


class WrongArguments(ValueError):
    """Arguments that are not allowed; the message names each and what is allowed."""


class Arguments(BaseModel):
    """Arguments may be left out but not null; None means left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _not_null(cls, value: object) -> object:
        if value is None:
            raise PydanticCustomError("null", "It should have a value or be left out")
        return value


class ImageArguments(Arguments):
    """Sizes of page images, as the image processors of vision models take them."""

    min_pixels: Count | None = None
    max_pixels: Count | None = None
    size: Sides | None = None
    max_image_size: Sides | None = None
    do_image_splitting: bool | None = None
    do_pan_and_scan: bool | None = None
    crop_to_patches: bool | None = None
    min_patches: Count | None = None
    max_patches: Count | None = None
    dynamic_image_size: bool | None = None
    min_dynamic_patch: Count | None = None
    max_dynamic_patch: Count | None = None
    num_crops: Count | None = None
    max_soft_tokens: Count | None = None


class Rope(Arguments):
    """Rotary position embeddings, scaled for longer contexts."""

    rope_type: Literal["default", "linear", "dynamic", "yarn", "longrope", "llama3"] | None = None
    rope_theta: Length | None = None
    factor: Length | None = None
    original_max_position_embeddings: Count | None = None
    attention_factor: Length | None = None
    beta_fast: Length | None = None
    beta_slow: Length | None = None
    low_freq_factor: Length | None = None
    high_freq_factor: Length | None = None
    partial_rotary_factor: Length | None = None
    mrope_section: list[Count] | None = None
    short_factor: list[Length] | None = None
    long_factor: list[Length] | None = None


class TextConfig(Arguments):
    """Numeric fields of a model's config.json."""

    max_position_embeddings: Count | None = None
    sliding_window: Count | None = None
    rope_theta: Length | None = None
    rope_scaling: Rope | None = None
    rope_parameters: Rope | None = None
    num_experts_per_tok: Count | None = None
    tie_word_embeddings: bool | None = None


class Config(TextConfig):
    """Numeric fields, the class (one that vLLM knows) and the configuration of the inner text model."""

    architectures: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,100}$")]] | None = None
    text_config: TextConfig | None = None


class EngineArguments(Arguments):
    """Left out means vLLM's default, or that of `gpu_worker.engines.vllm.arguments`."""

    dtype: Literal["auto", "half", "float16", "bfloat16", "float", "float32"] | None = None
    quantization: str | None = Field(None, pattern=r"^[a-z0-9_-]{1,40}$")
    load_format: Literal["auto", "safetensors", "dummy", "fastsafetensors", "runai_streamer"] | None = None
    kv_cache_dtype: Literal["auto", "bfloat16", "fp8", "fp8_e4m3", "fp8_e5m2"] | None = None
    kv_cache_memory_bytes: int | None = Field(None, ge=1 << 20, le=1 << 50)
    max_num_seqs: int | None = Field(None, ge=1, le=4096)
    max_num_batched_tokens: int | None = Field(None, ge=64, le=1 << 30)
    enforce_eager: bool | None = None
    enable_prefix_caching: bool | None = None
    enable_chunked_prefill: bool | None = None
    enable_expert_parallel: bool | None = None
    pipeline_parallel_size: int | None = Field(None, ge=1, le=1024)
    cpu_offload_gb: float | None = Field(None, ge=0, le=1 << 20)
    limit_mm_per_prompt: Limits | None = None
    mm_processor_kwargs: ImageArguments | None = None
    mm_processor_cache_gb: float | None = Field(None, ge=0, le=1 << 20)
    tokenizer_mode: Literal["auto", "hf", "mistral"] | None = None
    hf_overrides: Config | None = None
    sleep_mode_offload_cudagraph: bool | None = None
    async_scheduling: bool | None = None
    optimization_level: int | None = Field(None, ge=0, le=3)


# The names allowed under each argument; "" is the top level.
ALLOWED: dict[str, type[Arguments]] = {
    "": EngineArguments,
    "mm_processor_kwargs": ImageArguments,
    "hf_overrides": Config,
    "text_config": TextConfig,
    "rope_scaling": Rope,
    "rope_parameters": Rope,
}


def read_engine_args(said: object) -> dict[str, Any]:
    """Return the arguments that a row's `engine_args` set. Raises WrongArguments."""
    try:
        return EngineArguments.model_validate(said).model_dump(exclude_none=True)
    except ValidationError as error:
        raise WrongArguments("; ".join(_words(problem) for problem in error.errors())) from error


def _words(problem: ErrorDetails) -> str:
    steps = [str(step) for step in problem["loc"] if step != "[key]"]
    name = ".".join(steps) or "all of it"
    if problem["type"] == "extra_forbidden":
        return f"{name} is not allowed here, allowed are {', '.join(_allowed_beside(steps))}"
    if problem["type"] == "model_type":
        return f"{name} should be names with their values"
    _, _, should = problem["msg"].partition(" should ")
    return f"{name} should {should}"


def _allowed_beside(steps: Sequence[str]) -> list[str]:
    return list(ALLOWED[steps[-2] if len(steps) > 1 else ""].model_fields)
