"""The model selector and the status of the workers: what every page shows in its header."""

import hashlib
from dataclasses import asdict, dataclass

from models_admin.models import Mode, Phase
from models_admin.present import HOVER_TEXTS, Choice, Present, status_text


@dataclass(frozen=True, kw_only=True)
class ModeChoices:
    mode: str
    display_name: str
    hover_text: str
    choices: list[Choice]


@dataclass(frozen=True, kw_only=True)
class SwapProgress:
    """The running swap, else the waiting one. The page counts on from its times."""

    phase: str
    phase_text: str
    target_name: str
    progress_percent: int
    eta_seconds: float | None
    since: str
    waiting_name: str


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the header of every page shows. `version` differs when any field differs."""

    status: str
    status_text: str
    current_name: str
    current_mode: str
    modes: list[ModeChoices]
    swap: SwapProgress | None
    last_swap_text: str
    version: str


def read_header() -> Header:
    present = Present()
    modes = [
        ModeChoices(
            mode=mode.value,
            display_name=mode.label,
            hover_text=HOVER_TEXTS[mode],
            choices=[present.choice(option) for option in present.offered if option.mode == mode],
        )
        for mode in Mode
    ]
    shown = Header(
        status=present.status,
        status_text=status_text(present),
        current_name=present.current.display_name if present.current else "",
        current_mode=present.current.mode.label if present.current else "",
        modes=modes,
        swap=_progress(present),
        last_swap_text=_last_swap_text(present),
        version="",
    )
    digest = hashlib.blake2s(repr(asdict(shown)).encode(), digest_size=8).hexdigest()
    return Header(**{**shown.__dict__, "version": digest})


def _progress(present: Present) -> SwapProgress | None:
    if not present.swaps:
        return None
    swap = present.swaps[0]
    target = present.option_of(swap)
    # Each worker has its own row for the same wish; only rows of another wish wait behind it.
    later = [
        other for other in present.swaps if other.phase == Phase.QUEUED and other.wish_id != swap.wish_id
    ]
    waiting = present.option_of(later[-1]) if later else None
    return SwapProgress(
        phase=swap.phase,
        phase_text=swap.get_phase_display(),
        target_name=target.display_name if target else "",
        progress_percent=round(swap.progress * 100),
        eta_seconds=swap.eta_seconds,
        since=(swap.began_at or swap.requested_at).isoformat(),
        waiting_name=waiting.display_name if waiting else "",
    )


def _last_swap_text(present: Present) -> str:
    """Say why the last swap failed; "" if it went well."""
    last = present.last_swap
    if last is None or last.phase == Phase.READY:
        return ""
    option = present.option_of(last)
    return f"{option.display_name if option else 'The swap'}: {last.get_phase_display()}. {last.reason}"
