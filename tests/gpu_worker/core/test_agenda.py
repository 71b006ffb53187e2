"""Who may move engines next: one table of cases for each rule of the agenda."""

import pytest

from gpu_worker.core.agenda import Known, Move, Mover, SwapStage, next_move
from gpu_worker.core.scheduler import Pace, Selection, Serve, Stage, Switch, Wait

HERE = Selection(mode="one_shot", model_config_id=1)
SERVE = Serve(stage=Stage(engine=1, selection=HERE, pace=Pace(fixed_s=1, each_s=1, most=4)), count=1)
SWITCH = Switch(engine=2, selection=Selection(mode="one_shot", model_config_id=2))
WAIT = Wait()

PREPARING, MOVING = SwapStage.PREPARING, SwapStage.MOVING
START, TO_SWITCH, TRIAL, EXCLUSIVE = Mover.START, Mover.SWITCH, Mover.TRIAL, Mover.EXCLUSIVE_TRIAL

# What may be true of a worker that serves a selection, and of one that serves nothing.
SERVES, EMPTY = {"serves": True}, {"serves": False}
WISH, ENDING, LOST, EXHAUSTED = {"wish_waits": True}, {"ending": True}, {"lost": True}, {"exhausted": True}
PINNED, WANTED = {"pinned": True}, {"start_wanted": True}
TRIAL_WAITS, NEEDS_ROOM = {"trial_waits": True}, {"trial_needs_room": True}


def swap(stage: SwapStage) -> dict[str, object]:
    return {"swap": stage}


def mover(kind: Mover) -> dict[str, object]:
    return {"mover": kind}


def says(decision: object) -> dict[str, object]:
    return {"decision": decision}


CASES = [
    # 1: a swap that is past its preparing has the GPU until it ends
    ("a swap that moves has the GPU", [SERVES, swap(MOVING)], Move.NOTHING),
    ("a newer wish waits for a swap that moves", [SERVES, swap(MOVING), WISH], Move.NOTHING),
    ("a swap that moves finds a loss itself", [SERVES, swap(MOVING), LOST], Move.NOTHING),
    ("nothing is started beside a swap that moves", [EMPTY, swap(MOVING), WANTED], Move.NOTHING),
    ("nothing is tried beside a swap that moves", [SERVES, swap(MOVING), TRIAL_WAITS], Move.NOTHING),
    ("nothing is served while a swap moves", [SERVES, swap(MOVING), says(SERVE)], Move.NOTHING),
    # 2: a person's wish goes first
    ("a wish is taken when nothing moves", [SERVES, WISH], Move.TAKE_WISH),
    ("a wish is taken when nothing serves", [EMPTY, WISH], Move.TAKE_WISH),
    ("a wish goes before a start", [EMPTY, WANTED, WISH], Move.TAKE_WISH),
    ("a wish goes before a lost engine", [SERVES, LOST, EXHAUSTED, WISH], Move.TAKE_WISH),
    ("a wish goes before a trial", [SERVES, TRIAL_WAITS, NEEDS_ROOM, WISH], Move.TAKE_WISH),
    ("a start goes on while a wish is prepared", [EMPTY, mover(START), WANTED, WISH], Move.TAKE_WISH),
    ("a wish ends a switch", [SERVES, mover(TO_SWITCH), WISH], Move.ABANDON),
    ("a wish ends a trial", [SERVES, mover(TRIAL), WISH], Move.ABANDON),
    ("a wish ends an exclusive trial", [SERVES, mover(EXCLUSIVE), WISH], Move.ABANDON),
    ("a wish ends the preparing of an older one", [SERVES, swap(PREPARING), WISH], Move.ABANDON),
    ("also while a start goes on beside it", [EMPTY, swap(PREPARING), mover(START), WISH], Move.ABANDON),
    ("a switch is ended once", [SERVES, mover(TO_SWITCH), ENDING, WISH], Move.NOTHING),
    ("preparing is ended once", [EMPTY, swap(PREPARING), ENDING, WISH], Move.NOTHING),
    ("work goes on while a trial ends for a wish", [SERVES, mover(TRIAL), ENDING, WISH], Move.ASK),
    ("work goes on while preparing ends", [SERVES, swap(PREPARING), ENDING, WISH, says(SERVE)], Move.SERVE),
    # 3: a start, a switch and an exclusive trial have the GPU until they end
    ("a start has the GPU", [EMPTY, mover(START), WANTED], Move.NOTHING),
    ("a switch has the GPU", [SERVES, mover(TO_SWITCH), says(SERVE)], Move.NOTHING),
    ("a switch may bring back what is lost", [SERVES, mover(TO_SWITCH), LOST], Move.NOTHING),
    ("also while a swap is prepared", [SERVES, swap(PREPARING), mover(TO_SWITCH), LOST], Move.NOTHING),
    ("an exclusive trial has the GPU", [SERVES, mover(EXCLUSIVE), LOST, TRIAL_WAITS], Move.NOTHING),
    # 4: a lost engine is brought back, or given up
    ("what was lost is started again", [SERVES, LOST], Move.START),
    ("a loss goes before a trial", [SERVES, LOST, TRIAL_WAITS, NEEDS_ROOM], Move.START),
    ("a trial ends for what was lost", [SERVES, LOST, mover(TRIAL)], Move.ABANDON),
    ("a trial is ended once", [SERVES, LOST, mover(TRIAL), ENDING], Move.NOTHING),
    ("what is lost again and again is given up", [SERVES, LOST, EXHAUSTED], Move.GIVE_UP),
    ("also if its turn has just begun anew", [SERVES, EXHAUSTED], Move.GIVE_UP),
    ("losses for pinned work end that work", [SERVES, LOST, EXHAUSTED, PINNED], Move.FAIL_PINNED),
    ("a loss for pinned work is no reason to end it", [SERVES, LOST, PINNED], Move.START),
    # 5: nothing serves
    ("a selection that is wanted is started", [EMPTY, WANTED], Move.START),
    ("a start goes before a trial", [EMPTY, WANTED, TRIAL_WAITS], Move.START),
    ("one that failed waits for a person", [EMPTY], Move.NOTHING),
    ("nothing is tried where nothing serves", [EMPTY, TRIAL_WAITS, NEEDS_ROOM], Move.NOTHING),
    ("nothing is started while a swap is prepared", [EMPTY, WANTED, swap(PREPARING)], Move.NOTHING),
    # 6: trials
    ("a trial begins when nothing moves", [SERVES, TRIAL_WAITS], Move.TRY),
    ("a trial that needs room gets it", [SERVES, NEEDS_ROOM], Move.TRY_EXCLUSIVELY),
    ("and goes before the next one", [SERVES, NEEDS_ROOM, TRIAL_WAITS], Move.TRY_EXCLUSIVELY),
    ("one trial at a time", [SERVES, mover(TRIAL), TRIAL_WAITS], Move.ASK),
    ("no trial while a swap is prepared", [SERVES, swap(PREPARING), TRIAL_WAITS, NEEDS_ROOM], Move.ASK),
    # 7: work
    ("the scheduler is asked about work", [SERVES], Move.ASK),
    ("work is served", [SERVES, says(SERVE)], Move.SERVE),
    ("work is served beside a trial", [SERVES, mover(TRIAL), says(SERVE)], Move.SERVE),
    ("work is served while a swap is prepared", [SERVES, swap(PREPARING), says(SERVE)], Move.SERVE),
    ("there may be nothing to do", [SERVES, says(WAIT)], Move.NOTHING),
    # 8: switches
    ("a switch begins when nothing moves", [SERVES, says(SWITCH)], Move.SWITCH),
    ("no switch beside a trial", [SERVES, mover(TRIAL), says(SWITCH)], Move.NOTHING),
    ("no switch while a swap is prepared", [SERVES, swap(PREPARING), says(SWITCH)], Move.NOTHING),
    ("except from a lost engine", [SERVES, swap(PREPARING), LOST, says(SWITCH)], Move.SWITCH),
    ("but not for a wish", [SERVES, swap(PREPARING), LOST, ENDING, WISH, says(SWITCH)], Move.NOTHING),
]


@pytest.mark.parametrize(("facts", "move"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_agenda(facts, move):
    known: dict[str, object] = {}
    for fact in facts:
        known |= fact
    assert next_move(Known(**known)) is move  # type: ignore[arg-type]
