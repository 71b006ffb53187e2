"""The answer of every engine about one résumé: its type, JSON schema and checks. Pure; no Django."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from jobs.criteria import Criterion

# Refuse what PostgreSQL cannot store: NUL characters and lone surrogates.
Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]*$")]


class Met(StrEnum):
    """Verdict on one criterion."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NO_EVIDENCE = "no_evidence"


class CriterionAnswer(BaseModel):
    """`quote` is from page `page` (1 is the first) of the document; null if nothing was found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Text = Field(max_length=120)
    verdict: Met
    quote: Text | None = Field(default=None, max_length=300)
    page: int | None = Field(default=None, ge=1)


class Answer(BaseModel):
    """An engine's answer about one résumé for one job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text | None = Field(default=None, max_length=120)
    email: Text | None = Field(default=None, max_length=254)
    phone: Text | None = Field(default=None, max_length=30, description="E.164")
    outcome: str = Field(pattern="^(Shortlisted|Needs Review|Rejected|Invalid)$")
    reason: Text = Field(min_length=1, max_length=600)
    criteria: list[CriterionAnswer] = Field(default=[], max_length=40)


UNFENCED = str.maketrans("‹›", "<>")  # prompts replace the brackets of documents by these
OUTCOMES = ("Shortlisted", "Needs Review", "Rejected", "Invalid")


def _line(longest: int) -> dict[str, Any]:
    """Return the schema of a line of text that is not empty after stripping, so `Answer` accepts it."""
    return {"type": "string", "pattern": r"^[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$", "maxLength": longest}


NAME_CHARS, REASON_CHARS, QUOTE_CHARS = 120, 500, 200
LAST_PAGE = 99


def schema(criteria: Sequence[Criterion] = ()) -> dict[str, Any]:
    """Return the JSON schema of an answer: every string is bounded, every criterion comes once and in order.

    So an answer ends, and is an `Answer`. Evidence comes before the outcome that follows from it.
    """
    said = {
        "name": _or_null(_line(NAME_CHARS)),
        "email": _or_null(_line(NAME_CHARS)),
        "criteria": {
            "type": "array",
            "prefixItems": [_about(criterion) for criterion in criteria],
            "items": False,
            "minItems": len(criteria),
        },
        "reason": _line(REASON_CHARS),
        "outcome": {"enum": list(OUTCOMES)},
    }
    return _object(said if criteria else {name: part for name, part in said.items() if name != "criteria"})


def _about(criterion: Criterion) -> dict[str, Any]:
    """Return the schema of one criterion: a quote with its verdict, or no quote and no evidence."""
    key = {"const": criterion.key}
    page = {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}
    quoted = {"enum": [verdict.value for verdict in Met if verdict is not Met.NO_EVIDENCE]}
    nothing, none = {"type": "null"}, {"const": Met.NO_EVIDENCE.value}
    return {
        "anyOf": [
            _object({"key": key, "quote": _line(QUOTE_CHARS), "page": page, "verdict": quoted}),
            _object({"key": key, "quote": nothing, "page": nothing, "verdict": none}),
        ]
    }


def _object(parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": parts,
        "required": list(parts),
        "additionalProperties": False,
    }


def _or_null(part: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [part, {"type": "null"}]}


def longest_tokens(criteria: Sequence[Criterion] = ()) -> int:
    """Return the most tokens an answer can take: its bytes in UTF-8, as tokenizers fall back to bytes."""
    frame = 90  # characters of field names, brackets, commas and the longest outcome
    about_one = len('{"key":"c30","quote":"","page":99,"verdict":"no_evidence"},') + QUOTE_CHARS
    return 4 * (2 * NAME_CHARS + REASON_CHARS + frame + len(criteria) * about_one)


class NoAnswer(ValueError):
    """A model's output is not a valid answer; the text says what is wrong."""


def parse_answer(said: str, criteria: Sequence[Criterion] = ()) -> Answer:
    """Parse the JSON of a model into an answer, with `criteria` in their order. Raises NoAnswer."""
    try:
        answer = Answer.model_validate_json(said)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "JSON"
        raise NoAnswer(f"{_short(where)}: {problem['msg']}") from None
    about = {criterion.key: criterion for criterion in answer.criteria}
    keys = [criterion.key for criterion in criteria]
    if len(answer.criteria) != len(keys) or about.keys() != set(keys):
        raise NoAnswer(f"criteria: there must be one entry for each of {', '.join(keys) or 'none'}")
    return answer.model_copy(update={"criteria": [about[key] for key in keys]})


def _short(where: str) -> str:
    """Shorten the place of an error; the model may have made up a part of it."""
    return "".join(letter if letter.isprintable() else " " for letter in where[:60])


def supported(answer: Answer, pages: Sequence[str]) -> Answer:
    """Return `answer` without what is not in the text of `pages`: models make things up.

    Kept are a name if all its words are found, an e-mail address if it is found whole (both may span two
    lines), and a quote if it is found on any page, whose number is corrected. A criterion whose quote is
    missing has no evidence.
    """
    texts = [_plain(page) for page in pages]
    whole = " ".join(texts)
    name = answer.name if answer.name and _has_name(answer.name, whole) else None
    email = answer.email if answer.email and _has_address(answer.email, whole) else None
    criteria = [_supported(criterion, texts) for criterion in answer.criteria]
    return answer.model_copy(update={"name": name, "email": email, "criteria": criteria})


def cautious(answer: Answer, cut_pages: Sequence[int]) -> Answer:
    """Return `answer`, but Needs Review instead of Rejected if there are `cut_pages`, read only in part."""
    if answer.outcome != "Rejected" or not cut_pages:
        return answer
    pages = "Page " + ", ".join(map(str, cut_pages))
    reason = f"{pages} could not be transcribed to the end, so a person has to look. {answer.reason}"
    return answer.model_copy(update={"outcome": "Needs Review", "reason": reason[:600]})


def _supported(criterion: CriterionAnswer, texts: Sequence[str]) -> CriterionAnswer:
    quote = _plain(criterion.quote or "")
    if not quote:
        unsaid = criterion.verdict in (Met.MET, Met.PARTLY)
        return criterion.model_copy(update={"verdict": Met.NO_EVIDENCE}) if unsaid else criterion
    on = [number for number, text in enumerate(texts, 1) if quote in text]
    if not on:
        return criterion.model_copy(update={"verdict": Met.NO_EVIDENCE, "quote": None, "page": None})
    return criterion.model_copy(update={"page": criterion.page if criterion.page in on else on[0]})


def _has_address(address: str, text: str) -> bool:
    """Whether `text` has the whole of `address`, maybe broken over two lines."""
    address = _plain(address).replace(" ", "")
    if "@" not in address:
        return False
    letters = r"\s?".join(re.escape(letter) for letter in address)
    # Letters of other scripts end an address: “邮箱ana@example.com电话”.
    return re.search(rf"(?a:(?<![\w.+-])){letters}(?a:(?![\w-]|\.\w))", text) is not None


def _has_name(name: str, text: str) -> bool:
    """Whether `text` has every word of `name`, maybe spaced out or broken over two lines."""
    words = re.findall(r"[^\W\d_]+", _plain(name))
    return bool(words) and all(re.search(_spaced(word), text) for word in words)


def _spaced(word: str) -> str:
    """Return a pattern for the whole of `word`; scripts without case, as 山田太郎, do not separate words."""
    letters = r"[\s-]{0,2}".join(re.escape(letter) for letter in word)
    return letters if word.lower() == word.upper() else rf"(?<![^\W\d_]){letters}(?![^\W\d_])"


def _plain(text: str) -> str:
    """Normalise `text` for comparison: no case, ligatures or soft hyphens, single spaces."""
    folded = unicodedata.normalize("NFKC", text).replace("\u00ad", "").casefold()
    return " ".join(folded.translate(UNFENCED).split())
