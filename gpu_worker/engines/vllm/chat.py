"""What a model is given and how what it says becomes an answer. vLLM is imported when a model is loaded."""

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

CHARS_PER_TOKEN = 20  # seen are 3 to 5; what is far longer need not be cut into tokens to be refused
PAGE_TOKENS = 4096  # a page of small print has 1,500
SPARE_TOKENS = 256  # some models have tokens for images that their weights know nothing of
PAGE_PIXELS = (1240, 1754)  # A4 at 150 dpi

Prompt = Mapping[str, Any]
Messages = Sequence[Mapping[str, Any]]


class Chat:
    """The model of `spec` as it is talked to: `tokenizer` is its own, with its chat template.

    `max_model_len` is the tokens that a prompt and its answer may have together.
    """

    def __init__(self, spec: EngineSpec, tokenizer: Any, max_model_len: int) -> None:
        self.spec, self._tokenizer, self._max_model_len = spec, tokenizer, max_model_len
        self._controls = ControlTokens(of_tokenizer(tokenizer))

    def prompt(self, messages: Messages, images: Sequence["Image"] = ()) -> Prompt:
        """The prompt that the model's own chat template makes of `messages`, in which `images` have a place.

        Raises AnswerFailed.
        """
        messages = [{**message, "content": self._plain(message["content"])} for message in messages]
        try:
            text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # whatever the template's author thought of
            name = self.spec.name
            raise AnswerFailed(f"The chat template of {name} does not take the prompt: {error}.") from error
        return {"prompt": text, "multi_modal_data": {"image": list(images)}} if images else {"prompt": text}

    def seen(self, request: Request) -> list[int]:
        """The numbers of the pages that the model is shown: as many of the first as it takes."""
        limits = self.spec.engine_args.get("limit_mm_per_prompt", {})
        most = int(limits.get("image", IMAGES)) if self.spec.sees_pages else 0
        return sorted(request.images)[:most]

    def question(self, request: Request, seen: Sequence[int] = ()) -> Prompt:
        """The prompt that asks for an answer about `request`. Raises AnswerFailed."""
        job, description, pages = request.job_title, request.job_description, request.pages
        if len(description) + sum(map(len, pages)) > CHARS_PER_TOKEN * self._max_model_len:
            raise AnswerFailed(failures.too_long(self.spec.name, self._max_model_len))
        images = pictures.opened(request.images[number] for number in seen)
        asked = prompts.decide(job, description, pages, seen, request.wrong, request.criteria)
        return self.prompt(asked, images)

    def page(self, image: bytes) -> Prompt:
        """The prompt that asks for what stands on the page in `image`. Raises AnswerFailed."""
        return self.prompt(prompts.transcribe(), pictures.opened([image]))

    def transcribing(self) -> "SamplingParams":
        """How a page is written down: freely, as the row says, up to the longest page."""
        return _params(self.spec.sampling, PAGE_TOKENS)

    def nothing_to_read(self) -> Answer:
        """What is said of a scan that it cannot see: a model that is given nothing makes something up."""
        name = self.spec.name
        reason = (
            f"The document has no text layer, only images, which {name} does not see: a person has to look."
        )
        return Answer(outcome="Needs Review", reason=reason)

    def _plain(self, content: Any) -> Any:
        """`content` in which nothing reads as a control token: who writes [/INST] ends nobody's turn."""
        if not isinstance(content, str):
            return [
                {key: self._plain(said) if key == "text" else said for key, said in part.items()}
                for part in content
            ]
        return self._controls.disarmed(content)

    def canaries(self) -> list[Prompt]:
        """The prompts of warm-up and canary: words, and the largest page for a model that sees pages."""
        words = self.prompt([{"role": "user", "content": PROMPT}])
        if not self.spec.sees_pages:
            return [words]
        from PIL import Image

        page = Image.linear_gradient("L").resize(PAGE_PIXELS).convert("RGB")
        content = [{"type": "image"}, {"type": "text", "text": PROMPT}]
        return [words, self.prompt([{"role": "user", "content": content}], [page])]

    def drawn(self, request: Request) -> Sampling:
        """How the answer is drawn: as it was before where it is repeated, else as the row says.

        Where chance plays a part it gets a seed, so that it can be repeated; on a CPU vLLM bears none.
        """
        drawn = request.sampling or self.spec.sampling
        if not memory.on_gpu():
            return replace(drawn, seed=None)
        return replace(drawn, seed=request.id) if drawn.seed is None and drawn.temperature > 0 else drawn

    def sampling(self, drawn: Sampling | None = None, criteria: Sequence[Criterion] = ()) -> "SamplingParams":
        """The same for vLLM: within the schema, and no longer than it and the row allow."""
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
        """The answer in what the model `said` after it had thought, as far as it is borne out.

        Raises AnswerFailed.
        """
        try:
            answer = answers.parse_answer(said, request.criteria)
        except answers.NoAnswer as error:
            raise AnswerFailed(f"The model's answer cannot be used: {error}.") from error
        return settled(answers.supported(answer, request.pages), request.criteria)

    def unfinished(self, finish_reason: str, tokens: int) -> str:
        """Why an answer has no end; `tokens` are those of its prompt and of what there is of it."""
        return failures.unfinished(self.spec.name, finish_reason, tokens, self._max_model_len)

    def parted(self, whole: str) -> tuple[str, str]:
        """What the model thought, and what it said then."""
        if not self.spec.reasoning_parser:
            return "", whole
        from vllm.reasoning import ReasoningParserManager

        parser = ReasoningParserManager.get_reasoning_parser(self.spec.reasoning_parser)
        thinking, said = parser(self._tokenizer).extract_reasoning(whole, None)
        return thinking or "", said or ""


def _params(drawn: Sampling, longest_tokens: int, **more: Any) -> "SamplingParams":
    """`drawn` for vLLM; `longest_tokens` are enough where the row does not say how many."""
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
    """SHA-256 of every word that the model is given; images count by themselves."""
    return hashlib.sha256(prompt["prompt"].encode(errors="surrogatepass")).hexdigest()


def misfit(tokenizer: Any, known: int) -> str:
    """Return "" where `tokenizer` goes with weights that know so many tokens, else what is wrong with it."""
    if not tokenizer.encode(PROMPT):  # what transformers makes up where the files are missing
        return "is missing. Fetch the model's folder again."
    tokens = len(tokenizer)
    if tokens <= known + SPARE_TOKENS:
        return ""
    return (
        f"knows {tokens} tokens, its weights only {known}: they do not belong together. "
        "Fetch both from the same place."
    )


def greedy(tokens: int) -> "SamplingParams":
    """The likeliest token each time, and how likely it was; exactly `tokens` of them."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    return SamplingParams(
        temperature=0,
        max_tokens=tokens,
        logprobs=1,
        ignore_eos=True,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )
