"""Decide who may move engines next. Pure: what is known comes in, one move comes out; no clock, no database.

Five things move engines, and only one of them does at a time. A person wishes for a swap. The worker starts a
selection, when it starts itself and after a loss. It switches to another engine for work that waits. It tries
a model for a person, beside what serves, or exclusively if there is no room beside it. A swap that is still
being prepared (weights are fetched, and loaded if there is room) touches nothing that serves: it is no mover.

`next_move` goes through these rules in order; their numbers are in the code.

1. A swap that is past its preparing has the GPU until it ends. Its drain has ended whatever moved before.
2. A person's wish goes first. It ends the preparing of an older wish, and a switch or a trial, and is taken
   as soon as they have ended. A start goes on while the wish is prepared. Nothing begins before it is taken.
3. A start, a switch and an exclusive trial have the GPU until they end; nothing is served meanwhile.
4. An engine was lost, and no swap is being prepared: the selection is started again; a trial ends first. If
   engines are lost again and again, a start would be in vain: the work that is pinned to the engine fails. If
   it was the selection's own engine, the worker gives up and says so. A person has to choose.
5. Nothing serves: a selection is started if one is wanted, else the worker waits for a person.
6. A trial begins when nothing moves and no swap is prepared; the one that found no room is first.
7. Work that waits is served as the scheduler decides, also beside a trial and while a swap is prepared.
8. The scheduler's switch begins when nothing moves. While a swap is prepared engines stay where they are,
   except that a lost one is replaced; while a wish waits not even that.
"""

from dataclasses import dataclass
from enum import StrEnum

from gpu_worker.core.scheduler import Decision, Serve, Switch


class SwapStage(StrEnum):
    """How far the swap is that was taken."""

    PREPARING = "preparing"  # what serves is not touched, and the swap can be abandoned
    MOVING = "moving"  # from the drain until its end is written


class Mover(StrEnum):
    """What moves engines on the worker's own account."""

    START = "start"  # of a selection
    SWITCH = "switch"  # to another engine, for work that waits
    TRIAL = "trial"  # beside what serves
    EXCLUSIVE_TRIAL = "exclusive_trial"  # with the GPU for itself, as a switch has it


class Move(StrEnum):
    """What to do now."""

    NOTHING = "nothing"  # wait until something happens
    TAKE_WISH = "take_wish"  # take the wish that waits and begin its swap
    ABANDON = "abandon"  # end what is prepared; if nothing is, end the mover
    FAIL_PINNED = "fail_pinned"  # fail the work that the turn is for, with the reason of the losses
    GIVE_UP = "give_up"  # serve nothing, and say so
    START = "start"  # bring the selection up; if it was lost, say so first
    TRY = "try"  # the trial that waits, beside what serves
    TRY_EXCLUSIVELY = "try_exclusively"  # the trial that needs room
    ASK = "ask"  # ask the scheduler, and come again with its decision
    SERVE = "serve"  # give an engine work, as the decision says
    SWITCH = "switch"  # to the engine that the decision names


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the agenda is decided by.

    `ending`: what ABANDON would end was told so already. `lost`: the engine whose turn it is, is gone.
    `exhausted`: engines are lost again and again. `pinned`: the turn is for work that is pinned to another
    selection. `decision` is the scheduler's, None before it was asked.
    """

    swap: SwapStage | None = None
    mover: Mover | None = None
    ending: bool = False
    wish_waits: bool = False
    serves: bool = False
    lost: bool = False
    exhausted: bool = False
    pinned: bool = False
    start_wanted: bool = False
    trial_waits: bool = False
    trial_needs_room: bool = False
    decision: Decision | None = None


def next_move(known: Known) -> Move:
    """Return the one thing to do now."""
    if known.swap is SwapStage.MOVING:  # 1
        return Move.NOTHING
    if known.wish_waits and (move := _for_the_wish(known)):  # 2
        return move
    if known.mover not in (None, Mover.TRIAL):  # 3
        return Move.NOTHING
    if known.swap is None and known.serves and (known.lost or known.exhausted):  # 4
        return _after_a_loss(known)
    if not known.serves:  # 5
        return Move.START if known.start_wanted and known.swap is None else Move.NOTHING
    if known.swap is None and known.mover is None:  # 6
        if known.trial_needs_room:
            return Move.TRY_EXCLUSIVELY
        if known.trial_waits:
            return Move.TRY
    return _for_work(known)


def _for_the_wish(known: Known) -> Move | None:
    """None while what has to end for it is ending."""
    if known.swap is None and known.mover in (None, Mover.START):
        return Move.TAKE_WISH
    return None if known.ending else Move.ABANDON


def _after_a_loss(known: Known) -> Move:
    if known.mover is Mover.TRIAL:
        return Move.NOTHING if known.ending else Move.ABANDON
    if not known.exhausted:
        return Move.START
    return Move.FAIL_PINNED if known.pinned else Move.GIVE_UP


def _for_work(known: Known) -> Move:
    match known.decision:
        case None:  # 7
            return Move.ASK
        case Serve():
            return Move.SERVE
        case Switch() if known.mover is None and _may_switch(known):  # 8
            return Move.SWITCH
        case _:
            return Move.NOTHING


def _may_switch(known: Known) -> bool:
    return known.swap is None or (known.lost and not known.wish_waits)
