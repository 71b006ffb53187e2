"""Prompts for a model, and its output turned into answers. vLLM is imported when a model is loaded."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from candidates.evaluations import answers, prompts
from candidates.evaluations.answers import Answer
from candidates.evaluations.contradictions import settled
from gpu_worker import memory
from gpu_worker.engines.protocol import AnswerFailed, EngineSpec, Request, Sampling
from gpu_worker.engines.vllm import failures, pictures
from gpu_worker.engines.vllm.arguments import IMAGES
from gpu_worker.engines.vllm.canary import PROMPT
from gpu_worker.engines.vllm.control_tokens import ControlTokens, of_tokenizer
from jobs.criteria import Criterion

if TYPE_CHECKING:
    from PIL.Image import Image
    from vllm import SamplingParams

CHARS_PER_TOKEN = 20  # 3 to 5 were measured; a far longer text is refused without tokenising it
PAGE_TOKENS = 4096  # a page of small print has 1,500
SPARE_TOKENS = 256  # some tokenizers have image tokens that the weights do not know
PAGE_PIXELS = (1240, 1754)  # A4 at 150 dpi

Prompt = Mapping[str, Any]
Messages = Sequence[Mapping[str, Any]]


class Chat:
    """A conversation with the model of `spec`, by its own `tokenizer` and chat template.

    `max_model_len` is the most tokens that a prompt and its answer may have together.
    """

    def __init__(self, spec: EngineSpec, tokenizer: Any, max_model_len: int) -> None:
        self.spec, self._tokenizer, self._max_model_len = spec, tokenizer, max_model_len
        self._controls = ControlTokens(of_tokenizer(tokenizer))

    def prompt(self, messages: Messages, images: Sequence["Image"] = ()) -> Prompt:
        """Apply the model's chat template to `messages`, which have placeholders for `images`.

        Raises AnswerFailed.
        """
        messages = [{**message, "content": self._plain(message["content"])} for message in messages]
        try:
            text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # whatever the template raises
            name = self.spec.name
            raise AnswerFailed(f"The chat template of {name} rejects the prompt: {error}.") from error
        return {"prompt": text, "multi_modal_data": {"image": list(images)}} if images else {"prompt": text}

    def seen(self, request: Request) -> list[int]:
        """Return the numbers of the pages to show: the first ones, as many as the model takes."""
        limits = self.spec.engine_args.get("limit_mm_per_prompt", {})
        most = int(limits.get("image", IMAGES)) if self.spec.sees_pages else 0
        return sorted(request.images)[:most]

    def question(self, request: Request, seen: Sequence[int] = ()) -> Prompt:
        """Build the prompt that asks for an answer about `request`. Raises AnswerFailed."""
        job, description, pages = request.job_title, request.job_description, request.pages
        if len(description) + sum(map(len, pages)) > CHARS_PER_TOKEN * self._max_model_len:
            raise AnswerFailed(failures.too_long(self.spec.name, self._max_model_len))
        images = pictures.opened(request.images[number] for number in seen)
        asked = prompts.decide(job, description, pages, seen, request.wrong, request.criteria)
        return self.prompt(asked, images)

    def page(self, image: bytes) -> Prompt:
        """Build the prompt that asks for the text of the page in `image`. Raises AnswerFailed."""
        return self.prompt(prompts.transcribe(), pictures.opened([image]))

    def transcribing(self) -> "SamplingParams":
        """Return the sampling for a transcript: no schema, the row's settings, up to PAGE_TOKENS."""
        return _params(self.spec.sampling, PAGE_TOKENS)

    def nothing_to_read(self) -> Answer:
        """Answer for a scan that the model cannot see: a model without input would make something up."""
        name = self.spec.name
        reason = (
            f"The document has only images, no text layer, and {name} cannot see them. A person has to look."
        )
        return Answer(outcome="Needs Review", reason=reason)

    def _plain(self, content: Any) -> Any:
        """Return `content` with its control tokens disarmed, so that [/INST] in a résumé ends no turn."""
        if not isinstance(content, str):
            return [
                {key: self._plain(said) if key == "text" else said for key, said in part.items()}
                for part in content
            ]
        return self._controls.disarmed(content)

    def canaries(self) -> list[Prompt]:
        """Return the prompts of warm-up and canary: text, and the largest page if the model sees pages."""
        words = self.prompt([{"role": "user", "content": PROMPT}])
        if not self.spec.sees_pages:
            return [words]
        from PIL import Image

        page = Image.linear_gradient("L").resize(PAGE_PIXELS).convert("RGB")
        content = [{"type": "image"}, {"type": "text", "text": PROMPT}]
        return [words, self.prompt([{"role": "user", "content": content}], [page])]

    def drawn(self, request: Request) -> Sampling:
        """Return the sampling of the answer: that of the answer to repeat, else the row's.

        Random sampling gets a seed, so that it can be repeated; on a CPU, vLLM supports none.
        """
        drawn = request.sampling or self.spec.sampling
        if not memory.on_gpu():
            return replace(drawn, seed=None)
        return replace(drawn, seed=request.id) if drawn.seed is None and drawn.temperature > 0 else drawn

    def sampling(self, drawn: Sampling | None = None, criteria: Sequence[Criterion] = ()) -> "SamplingParams":
        """Return vLLM's parameters for it: within the schema and the limits of schema and row."""
        from vllm.sampling_params import StructuredOutputsParams

        drawn = drawn or self.spec.sampling
        return _params(
            drawn,
            answers.longest_tokens(criteria),
            seed=drawn.seed,
            thinking_token_budget=(drawn.thinking_tokens or None) if self.spec.reasoning_parser else None,
            structured_outputs=StructuredOutputsParams(json=answers.schema(criteria)),
        )

    def answer(self, said: str, request: Request) -> Answer:
        """Parse the answer in what the model `said`, and keep what the document supports.

        Raises AnswerFailed.
        """
        try:
            answer = answers.parse_answer(said, request.criteria)
        except answers.NoAnswer as error:
            raise AnswerFailed(f"The model's answer cannot be used: {error}.") from error
        return settled(answers.supported(answer, request.pages), request.criteria)

    def unfinished(self, finish_reason: str, tokens: int) -> str:
        """Return why an answer is incomplete; `tokens` counts its prompt and what there is of it."""
        return failures.unfinished(self.spec.name, finish_reason, tokens, self._max_model_len)

    def parted(self, whole: str) -> tuple[str, str]:
        """Split the output into the model's reasoning and its answer."""
        if not self.spec.reasoning_parser:
            return "", whole
        from vllm.reasoning import ReasoningParserManager

        parser = ReasoningParserManager.get_reasoning_parser(self.spec.reasoning_parser)
        thinking, said = parser(self._tokenizer).extract_reasoning(whole, None)
        return thinking or "", said or ""


def _params(drawn: Sampling, longest_tokens: int, **more: Any) -> "SamplingParams":
    """Return `drawn` for vLLM; `longest_tokens` is the limit if the row has none."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        temperature=drawn.temperature,
        top_p=drawn.top_p,
        repetition_penalty=drawn.repetition_penalty,
        max_tokens=drawn.thinking_tokens + (drawn.max_tokens or longest_tokens),
        output_kind=RequestOutputKind.FINAL_ONLY,
        **more,
    )


def prompt_hash(prompt: Prompt) -> str:
    """Return the SHA-256 of the prompt's text; images are hashed separately."""
    return hashlib.sha256(prompt["prompt"].encode(errors="surrogatepass")).hexdigest()


def misfit(tokenizer: Any, known: int) -> str:
    """Return "" if `tokenizer` fits weights with `known` tokens, else what is wrong with it."""
    if not tokenizer.encode(PROMPT):  # what transformers makes up if the files are missing
        return "is missing. Fetch the model's folder again."
    tokens = len(tokenizer)
    if tokens <= known + SPARE_TOKENS:
        return ""
    return (
        f"knows {tokens} tokens, its weights only {known}: they do not belong together. "
        "Fetch both from the same place."
    )


def greedy(tokens: int) -> "SamplingParams":
    """Return parameters for exactly `tokens` greedy tokens with their log-probabilities."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        temperature=0,
        max_tokens=tokens,
        logprobs=1,
        ignore_eos=True,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )
