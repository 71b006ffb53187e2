"""A swap as a pure state machine: events in, actions out; no clock, no database, no engine.

Waiting wishes are rows of the Swap table (one waits per worker, a newer one takes its place); this machine
runs the one that was taken. It guarantees two things: work is admitted only while a selection serves, and no
engine is moved before all admitted work has been answered or put back.

    idle ── Taken, cold ──▶ preparing ── Broke | Abandoned ──▶ rolled_back | superseded
      │                         │ Prepared
      │ Taken                   ▼
      └────────────────────▶ draining ── Drained ──▶ making_room ── RoomMade ──▶ loading | waking | checking
                                                          │                        │  Started    │
                                                          │ Broke                  ▼             │ Checked
                                                          ├─────────── Broke ── checking ◀───────┤
                                                          ▼                                      ▼
                                 failed ◀── Broke ── rolling_back ── Restored ──▶ rolled_back   ready

While a target is prepared the selection goes on serving: nothing that it needs has been touched yet.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum

from gpu_worker.core.scheduler import Selection


class Phase(StrEnum):
    """The same words as `models_admin.models.Phase`; a test compares them."""

    PREPARING = "preparing"
    DRAINING = "draining"
    MAKING_ROOM = "making_room"
    LOADING = "loading"
    WAKING = "waking"
    CHECKING = "checking"
    ROLLING_BACK = "rolling_back"
    READY = "ready"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    SUPERSEDED = "superseded"


# Events: what has happened.


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """A request was given to the selection's engine."""

    request: Hashable


@dataclass(frozen=True, kw_only=True)
class Answered:
    """It came back: answered, failed, or put back into the queue."""

    request: Hashable


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A waiting wish was taken; `cold` = some weights of the target are only on disk, or not even there."""

    swap_id: int
    target: Selection
    cold: bool = False


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """All that can be done for the target while the present selection serves has been done."""


@dataclass(frozen=True, kw_only=True)
class Abandoned:
    """A newer wish came while this one's target was still being prepared."""


@dataclass(frozen=True, kw_only=True)
class Drained:
    """Everything admitted has been answered or put back."""


@dataclass(frozen=True, kw_only=True)
class RoomMade:
    """The target fits now; `next` is what brings it to the GPU, CHECKING if it is there already."""

    next: Phase


@dataclass(frozen=True, kw_only=True)
class Started:
    """The target's engines are on the GPU."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The target has answered its canary."""


@dataclass(frozen=True, kw_only=True)
class Broke:
    """The step at hand failed; `reason` is a sentence for the operator."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The previous selection's engines are back and have answered their canary."""


Step = Taken | Prepared | Abandoned | Drained | RoomMade | Started | Checked | Broke | Restored
Event = Admitted | Answered | Step


# Actions: what the shell is to do; each but Show and Serve is answered by one event.


@dataclass(frozen=True, kw_only=True)
class Show:
    """Write the phase into the Swap row."""

    swap_id: int
    phase: Phase
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Serve:
    """The swap has ended with `phase`; `selection` serves from now on, or nothing does."""

    swap_id: int
    phase: Phase
    selection: Selection | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Prepare:
    """Fetch the target's weights, and load it beside what serves if memory permits."""

    target: Selection


@dataclass(frozen=True, kw_only=True)
class Drain:
    """Let what is in hand finish; put back what is not finished by the deadline."""


@dataclass(frozen=True, kw_only=True)
class MakeRoom:
    target: Selection


@dataclass(frozen=True, kw_only=True)
class Bring:
    """Load or wake the target's engines."""

    target: Selection


@dataclass(frozen=True, kw_only=True)
class Check:
    target: Selection


@dataclass(frozen=True, kw_only=True)
class Restore:
    """Unload the broken target and bring `previous` back, checked."""

    broken: Selection
    previous: Selection


Action = Show | Serve | Prepare | Drain | MakeRoom | Bring | Check | Restore


class IllegalTransition(Exception):
    """The shell reported what cannot have happened: a bug. The worker stops, and its restart heals that."""


def _first(event: Step) -> Phase:
    return Phase.PREPARING if isinstance(event, Taken) and event.cold else Phase.DRAINING


def _next_after_room(event: Step) -> Phase:
    if isinstance(event, RoomMade) and event.next in {Phase.LOADING, Phase.WAKING, Phase.CHECKING}:
        return event.next
    raise IllegalTransition(f"{event} leads nowhere")


# The table. None stands for "no swap is running".
TRANSITIONS: dict[tuple[Phase | None, type[Step]], Phase | Callable[[Step], Phase]] = {
    (None, Taken): _first,
    (Phase.PREPARING, Prepared): Phase.DRAINING,
    (Phase.PREPARING, Broke): Phase.ROLLED_BACK,
    (Phase.PREPARING, Abandoned): Phase.SUPERSEDED,
    (Phase.DRAINING, Drained): Phase.MAKING_ROOM,
    (Phase.MAKING_ROOM, RoomMade): _next_after_room,
    (Phase.MAKING_ROOM, Broke): Phase.ROLLING_BACK,
    (Phase.LOADING, Started): Phase.CHECKING,
    (Phase.LOADING, Broke): Phase.ROLLING_BACK,
    (Phase.WAKING, Started): Phase.CHECKING,
    (Phase.WAKING, Broke): Phase.ROLLING_BACK,
    (Phase.CHECKING, Checked): Phase.READY,
    (Phase.CHECKING, Broke): Phase.ROLLING_BACK,
    (Phase.ROLLING_BACK, Restored): Phase.ROLLED_BACK,
    (Phase.ROLLING_BACK, Broke): Phase.FAILED,
}


class Swapper:
    """Runs one swap. `serving`: the selection whose engines answer. `phase`: None while no swap runs."""

    def __init__(self) -> None:
        self.serving: Selection | None = None
        self.phase: Phase | None = None
        self.in_hand: set[Hashable] = set()
        self._taken: Taken | None = None
        self._broke = ""

    @property
    def admits(self) -> bool:
        return self.serving is not None and self.phase in (None, Phase.PREPARING)

    @property
    def may_begin(self) -> bool:
        """Whether a selection may begin to serve without a swap: nothing serves, and no swap drains yet."""
        return self.serving is None and self.phase in (None, Phase.PREPARING)

    def begin(self, selection: Selection) -> None:
        """Serve `selection`, which the worker started without a wish: at its own start, or after a loss."""
        if not self.may_begin:
            raise IllegalTransition("something serves already, or is about to")
        self.serving = selection

    def lost(self) -> None:
        """Serve nothing: an engine of the selection has died outside of a swap. `begin` ends that."""
        if self.phase is not None:
            raise IllegalTransition("a swap finds out by its own steps")
        self.serving = None

    def handle(self, event: Event) -> list[Action]:
        """Return what to do now that `event` has happened. Raises IllegalTransition."""
        match event:
            case Admitted():
                self._admit(event.request)
                return []
            case Answered():
                self._answer(event.request)
                return []
            case _:
                return self._step(event)

    def _admit(self, request: Hashable) -> None:
        if not self.admits or request in self.in_hand:
            raise IllegalTransition(f"request {request} was admitted in {self.phase}")
        self.in_hand.add(request)

    def _answer(self, request: Hashable) -> None:
        if request not in self.in_hand:
            raise IllegalTransition(f"request {request} was answered twice, or never admitted")
        self.in_hand.remove(request)

    def _step(self, event: Step) -> list[Action]:
        entry = TRANSITIONS.get((self.phase, type(event)))
        if entry is None:
            raise IllegalTransition(f"{event} in {self.phase}")
        if isinstance(event, Drained) and self.in_hand:
            raise IllegalTransition(f"drained with {len(self.in_hand)} requests in hand")
        if isinstance(event, Taken):
            self._taken, self._broke = event, ""
        if isinstance(event, Broke):
            self._broke = f"{self._broke} {event.reason}".strip()
        return self._enter(entry(event) if callable(entry) else entry)

    def _enter(self, phase: Phase) -> list[Action]:
        if self._taken is None:
            raise IllegalTransition(f"{phase} without a wish")
        swap_id, target, previous = self._taken.swap_id, self._taken.target, self.serving
        self.phase = phase
        show = Show(swap_id=swap_id, phase=phase, reason=self._broke)
        match phase:
            case Phase.PREPARING:
                return [show, Prepare(target=target)]
            case Phase.DRAINING:
                return [show, Drain()]
            case Phase.MAKING_ROOM:
                return [show, MakeRoom(target=target)]
            case Phase.LOADING | Phase.WAKING:
                return [show, Bring(target=target)]
            case Phase.CHECKING:
                return [show, Check(target=target)]
            case Phase.ROLLING_BACK:
                if previous is None:  # nothing served before: nothing to bring back
                    return self._enter(Phase.FAILED)
                return [show, Restore(broken=target, previous=previous)]
            case Phase.READY:
                return self._end(show, target)
            case Phase.ROLLED_BACK if previous is None:  # it broke while nothing served
                return self._enter(Phase.FAILED)
            case Phase.ROLLED_BACK | Phase.SUPERSEDED:
                return self._end(show, previous)
            case Phase.FAILED:
                return self._end(show, None)

    def _end(self, show: Show, selection: Selection | None) -> list[Action]:
        self.serving, self.phase, self._taken = selection, None, None
        return [Serve(swap_id=show.swap_id, phase=show.phase, selection=selection, reason=show.reason)]
