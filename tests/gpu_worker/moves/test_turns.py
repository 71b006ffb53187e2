"""A promise that the worker finds too short for what it measures: said once, and shown at /status."""

import logging

import pytest

from gpu_worker.core.residency import Tier
from gpu_worker.core.scheduler import Selection
from gpu_worker.moves.turns import Turns

PARSER, REASONER, OTHER = 1, 2, 3
PAIR = Selection(mode="hybrid", model_config_id=REASONER, parser_id=PARSER)


@pytest.fixture
def turns(settings) -> Turns:
    """Of a pair whose parser is awake, with a promise of 100 s."""
    settings.PROMISE_S = 100
    turns = Turns(row=None, db=None, fleet=None, in_hand=lambda _: 0)  # none of them is asked here
    turns.begin(PAIR, PARSER)
    return turns


def go_round(turns: Turns, to_reasoner_s: float, to_parser_s: float, in_hand: int = 0) -> None:
    for engine, took_s in ((REASONER, to_reasoner_s), (PARSER, to_parser_s)):
        turns.record_switch(engine, Tier.HOST, took_s, in_hand)
        turns.begin(PAIR, engine)


def test_the_least_promise_is_the_mean_round_of_a_busy_gpu(turns):
    go_round(turns, 6.0, 4.0)
    assert turns.least_promise_s == pytest.approx(50)


def test_nothing_is_known_before_both_were_switched_to(turns):
    turns.record_switch(REASONER, Tier.HOST, 60.0, 0)
    assert turns.least_promise_s == 0


def test_a_switch_to_the_work_of_others_is_no_part_of_the_round(turns):
    turns.record_switch(OTHER, Tier.DISK, 60.0, 0)
    go_round(turns, 6.0, 4.0)
    assert turns.least_promise_s == pytest.approx(50)


def test_the_last_switch_counts_wherever_the_engine_came_from(turns):
    turns.record_switch(REASONER, Tier.DISK, 60.0, 0)
    go_round(turns, 6.0, 4.0)
    assert turns.least_promise_s == pytest.approx(50)


def test_what_the_drain_still_did_is_not_lost(turns):
    for engine in (PARSER, REASONER):
        turns.paces.record_answer(engine, 4, 8.0)  # a second for each, and four for the batch
    go_round(turns, 10.0, 10.0, in_hand=4)
    assert turns.least_promise_s == pytest.approx((6 + 6) / 0.2)


def test_a_promise_that_cannot_be_kept_is_said_once(turns, caplog):
    for _ in range(2):
        go_round(turns, 30.0, 30.0)
    [said] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert said == (
        "WFC_PROMISE_S is 100 s and cannot be kept while the GPU is busy: its models take turns, and switching "
        "between them makes 300 s the minimum. Raise it, or make room for both at once."
    )


def test_one_that_can_be_kept_is_not_spoken_of(turns, caplog):
    go_round(turns, 9.0, 9.0)
    assert not caplog.records
