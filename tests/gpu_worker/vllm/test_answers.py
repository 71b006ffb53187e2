"""What a model may say within the schema is an answer, whatever it is: the grammar is the one that vLLM uses."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from candidates.evaluations import answers
from candidates.evaluations.answers import Met
from gpu_worker.engines.protocol import Sampling
from jobs.criteria import MOST_CRITERIA, Criterion, listed
from tests.gpu_worker.vllm.conftest import RESUME

pytestmark = [pytest.mark.vllm, pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(180)]

ODD = ' \t\n\0"\\\x1f\x7f\x85\u00a0\u200b\u2028\u3000\ufeff'


def allowed(said: str, criteria: Sequence[Criterion] = ()) -> bool:
    """Whether the grammar of the schema lets `said` be said, byte by byte, to its end."""
    from llguidance import LLMatcher, LLTokenizer

    grammar = LLMatcher.grammar_from_json_schema(
        json.dumps(answers.schema(criteria)), overrides={"whitespace_flexible": False}
    )
    matcher = LLMatcher(LLTokenizer("byte"), grammar)
    assert not matcher.get_error()
    tokens = list(said.encode())
    return matcher.try_consume_tokens(tokens) == len(tokens) and matcher.is_accepting()


def said_with(field: str, text: str) -> str:
    """An answer whose `field` is `text`, as JSON has it: quotes and escapes are the caller's."""
    fields = {"name": "null", "email": "null", "reason": '"It is a menu."', "outcome": '"Invalid"'}
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
    assert not allowed(said) or answers.parse_answer(said)


WANTED = listed([("Rye", "must"), ("Wheat", "nice")])
NONE = {"quote": None, "page": None, "verdict": "no_evidence"}
QUOTED = {"quote": "Baked rye", "page": 2, "verdict": "met"}


def said_about(*found: dict[str, object]) -> str:
    criteria = [{"key": f"c{number}"} | about for number, about in enumerate(found, 1)]
    said = {"name": None, "email": None, "criteria": criteria, "reason": "It fits.", "outcome": "Shortlisted"}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(
    "found",
    [
        [NONE, NONE],
        [QUOTED, NONE],
        [QUOTED | {"verdict": "not_met"}, QUOTED | {"verdict": "partly"}],
        [QUOTED | {"quote": 'a "b" \\ ü'}, QUOTED | {"page": 99}],
        [QUOTED | {"quote": "履" * 200}, NONE],
    ],
)
def test_every_criterion_has_a_quote_with_its_page_or_no_evidence(found):
    said = said_about(*found)
    assert allowed(said, WANTED)
    answers.parse_answer(said, WANTED)


@pytest.mark.parametrize(
    "found",
    [
        [],
        [NONE],
        [NONE, NONE, NONE],
        [NONE, {"key": "c1"} | NONE],
        [QUOTED | {"quote": None}, NONE],
        [QUOTED | {"page": None}, NONE],
        [QUOTED | {"page": 0}, NONE],
        [QUOTED | {"page": 100}, NONE],
        [QUOTED | {"verdict": "no_evidence"}, NONE],
        [QUOTED | {"verdict": "perhaps"}, NONE],
        [QUOTED | {"quote": "x" * 201}, NONE],
        [QUOTED | {"quote": ""}, NONE],
        [QUOTED | {"salary": 1}, NONE],
    ],
)
def test_nothing_else_can_be_said_of_a_criterion(found):
    assert not allowed(said_about(*found), WANTED)


def test_a_job_may_have_as_many_criteria_as_it_likes():
    most = listed((f"Task {number}", "must") for number in range(MOST_CRITERIA))
    said = said_about(*[QUOTED | {"quote": "x" * 200}] * MOST_CRITERIA)
    assert allowed(said, most)
    assert len(said.encode()) < answers.longest_tokens(most)


async def test_whatever_a_model_says_of_criteria_is_an_answer_about_each(running):
    asked = replace(RESUME, criteria=WANTED)
    async with running(sampling=Sampling(temperature=1.0)) as engine:
        replies = await asyncio.gather(*(engine.evaluate(asked) for _ in range(15)))
    assert {tuple(found.key for found in reply.answer.criteria) for reply in replies} == {("c1", "c2")}
    assert {found.verdict for reply in replies for found in reply.answer.criteria} == {Met.NO_EVIDENCE}
    assert '"quote":"' in "".join(reply.raw for reply in replies)  # it said some, which stand nowhere


async def test_whatever_a_model_says_within_the_schema_is_an_answer(running):
    async with running(sampling=Sampling(temperature=1.0)) as engine:
        replies = await asyncio.gather(*(engine.evaluate(RESUME) for _ in range(30)))
    assert len({reply.answer.reason for reply in replies}) > 20
