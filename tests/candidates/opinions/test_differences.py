"""Two evaluations side by side: what they say differently, and what was different when they were made."""

import pytest

from candidates.models import Evaluation
from candidates.opinions.differences import Line, difference_between

SAID = {
    "outcome": "Shortlisted",
    "reason": "She bakes.",
    "criteria": [{"key": "bread", "verdict": "met", "quote": "Bread", "page": 1}],
    "raw": '{"outcome": "Shortlisted"}',
    "model_revision": "r1",
    "engine_version": "vllm 0.32",
    "prompt_version": "decide-2",
    "prompt_hash": "a" * 64,
    "page_hashes": ["b" * 64],
    "sampling": {"temperature": 0.0},
    "runs_as": "c",
}


def compared(**changes):
    return difference_between(Evaluation(**SAID), Evaluation(**SAID | changes))


def test_the_same_words_are_identical():
    difference = compared()
    assert (difference.is_identical, str(difference)) == (True, "Identical, letter for letter")


def test_only_what_was_said_counts():
    assert compared(runs_as="d", model_revision="r2").is_identical


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"outcome": "Rejected"}, "outcome"),
        ({"reason": "He bakes."}, "reason"),
        ({"criteria": []}, "criteria"),
        ({"name": "Ana"}, "person"),
        ({"raw": "{}"}, "raw answer"),
        ({"thinking": "Hm."}, "thinking"),
    ],
)
def test_what_was_said_otherwise_is_named(change, name):
    difference = compared(**change)
    assert (difference.is_identical, str(difference)) == (False, f"Different: {name}")


def test_the_lines_say_who_said_them():
    [part] = compared(reason="He bakes.").parts
    assert part.lines == (Line(kind="before", text="She bakes."), Line(kind="after", text="He bakes."))


def test_json_is_laid_out_so_that_its_values_stand_on_lines_of_their_own():
    [part] = compared(raw='{"outcome": "Rejected"}').parts
    assert [line.kind for line in part.lines] == ["same", "before", "after", "same"]


def test_what_is_no_json_is_compared_as_it_stands():
    [part] = compared(raw="Sorry").parts
    assert Line(kind="after", text="Sorry") in part.lines


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model_revision": "r2"}, "The weights changed from “r1” to “r2”."),
        ({"engine_version": "vllm 0.33"}, "The engine changed from “vllm 0.32” to “vllm 0.33”."),
        ({"prompt_version": "decide-3"}, "The prompt’s version changed from “decide-2” to “decide-3”."),
        ({"prompt_hash": "d" * 64}, "The prompt was different"),
        ({"page_hashes": []}, "The page images were different."),
        ({"sampling": {"temperature": 1.0}}, "The sampling was different."),
        ({"runs_as": "d"}, "The engine ran on another device or with other arguments."),
    ],
)
def test_what_was_not_the_same_is_said(change, words):
    [sentence] = compared(**change).circumstances
    assert sentence.startswith(words)


def test_of_a_reading_that_kept_nothing_nothing_is_claimed():
    old = Evaluation(**SAID | {"prompt_hash": "", "sampling": {}, "page_hashes": []})
    [sentence] = difference_between(old, Evaluation(**SAID)).circumstances
    assert "was not kept" in sentence
