"""What a model may say within the schema is an answer, whatever it is: the grammar is the one that vLLM uses."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candidates import answers
from gpu_worker.engines.protocol import Sampling
from tests.vllm.conftest import RESUME

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]

ODD = ' \t\n\0"\\\x1f\x7f\x85\u00a0\u200b\u2028\u3000\ufeff'


def allowed(said: str) -> bool:
    """Whether the grammar of the schema lets `said` be said, byte by byte, to its end."""
    from llguidance import LLMatcher, LLTokenizer

    grammar = LLMatcher.grammar_from_json_schema(
        json.dumps(answers.SCHEMA), overrides={"whitespace_flexible": False}
    )
    matcher = LLMatcher(LLTokenizer("byte"), grammar)
    assert not matcher.get_error()
    tokens = list(said.encode())
    return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()


def said_with(field: str, text: str) -> str:
    """An answer whose `field` is `text`, as JSON has it: quotes and escapes are the caller's."""
    fields = {"name": "null", "email": "null", "outcome": '"Invalid"', "reason": '"It is a menu."'}
    return "{" + ",".join(f'"{key}":{value}' for key, value in (fields | {field: text}).items()) + "}"


@pytest.mark.parametrize(
    "text",
    ['"It fits."', '"a \\"b\\" \\\\ c"', '"Zażółć 履歴書 😀"', f'"{"x" * 500}"', f'"{"履" * 500}"'],
)
def test_what_a_person_would_write_is_allowed(text):
    assert allowed(said_with("reason", text))


@pytest.mark.parametrize(
    "text",
    ["null", '""', '" "', '"\u00a0"', '"\\n"', '"\\u0000"', '"a\\u0000"', '"\\ud83d"', f'"{"x" * 501}"'],
)
def test_what_is_no_reason_is_not_allowed(text):
    assert not allowed(said_with("reason", text))


@given(
    field=st.sampled_from(["name", "email", "reason"]),
    text=st.text(st.sampled_from(ODD) | st.characters(exclude_categories=["Cs"]), max_size=8),
    escaped=st.booleans(),
)
def test_what_is_allowed_is_an_answer(field, text, escaped):
    said = said_with(field, json.dumps(text, ensure_ascii=escaped))
    if allowed(said):
        answers.read(said)


async def test_whatever_a_model_says_within_the_schema_is_an_answer(running):
    async with running(sampling=Sampling(temperature=1.0)) as engine:
        replies = await asyncio.gather(*(engine.evaluate(RESUME) for _ in range(30)))
    assert len({reply.answer.reason for reply in replies}) > 20
