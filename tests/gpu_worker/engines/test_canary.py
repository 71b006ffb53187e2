"""The canary: the same answer passes, whatever differs is said in words, and what was kept compares as before."""

import json
from dataclasses import replace
from math import inf, nan

import pytest

from gpu_worker.engines.vllm.canary import TOLERANCE, Canary, difference, recorded, unsound

BEFORE = Canary(tokens=(5, 6, 7), logprobs=(-0.1, -0.25, -3.5))


def test_the_same_answer_is_no_difference():
    assert difference(BEFORE, replace(BEFORE)) == ""


@pytest.mark.parametrize("off", [0.009, -0.009])
def test_log_probabilities_may_be_off_by_rounding(off):
    assert difference(BEFORE, replace(BEFORE, logprobs=(-0.1 + off, -0.25 - off, -3.5 + off))) == ""


def test_a_hundredth_is_rounding():
    assert TOLERANCE == 0.01


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tokens": (5, 9, 7)}, "its canary differs at token 2: 9, not 6"),
        ({"tokens": (6, 5, 7)}, "its canary differs at token 1: 6, not 5"),
        (
            {"logprobs": (-0.1, -0.25, -3.511)},
            "its canary's token 3 has log-probability -3.511, not -3.500",
        ),
        (
            {"logprobs": (-0.1, -0.239, -3.5)},
            "its canary's token 2 has log-probability -0.239, not -0.250",
        ),
        ({"tokens": (5, 6), "logprobs": (-0.1, -0.25)}, "its canary has 2 tokens, not 3"),
        ({"tokens": (5, 6, 7, 8), "logprobs": (-0.1, -0.25, -3.5, 0)}, "its canary has 4 tokens, not 3"),
        ({"logprobs": (-0.1, nan, -3.5)}, "its canary's token 2 has log-probability nan"),
    ],
)
def test_what_differs_is_said(changed, words):
    assert difference(BEFORE, replace(BEFORE, **changed)) == words


def test_of_two_differences_the_first_is_said():
    other = Canary(tokens=(5, 9, 8), logprobs=(-0.5, -0.25, -3.5))
    assert difference(BEFORE, other) == "its canary's token 1 has log-probability -0.500, not -0.100"


# What is worth recording


def test_tokens_each_with_its_likelihood_are_sound():
    assert unsound(BEFORE) == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (Canary(tokens=(5, 6), logprobs=(-0.1, nan)), "its canary's token 2 has log-probability nan"),
        (Canary(tokens=(5,), logprobs=(-inf,)), "its canary's token 1 has log-probability -inf"),
        (Canary(tokens=(5, 6), logprobs=(-0.1,)), "its canary has 2 tokens and 1 log-probabilities"),
        (Canary(tokens=(), logprobs=()), "its canary has 0 tokens and 0 log-probabilities"),
    ],
)
def test_an_answer_that_compares_with_nothing_is_not(said, words):
    assert unsound(said) == words


# What was kept


def test_before_the_first_there_is_none():
    assert recorded({}) is None


def test_it_comes_back_from_the_database_as_it_was():
    assert recorded(json.loads(json.dumps(BEFORE.as_dict()))) == BEFORE
