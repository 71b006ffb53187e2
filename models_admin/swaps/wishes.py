"""Wishes: the only way in which a person changes what the workers serve.

For each worker a wish is compared with the waiting swap, else with the running one, else with the selection.
If it is equal, nothing new is written. A newer wish supersedes a waiting one.
"""

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.utils import timezone

from models_admin.kit import audit, messages
from models_admin.kit.messages import Command, Message, Report
from models_admin.kit.publishing import publish
from models_admin.models import RUNNING_PHASES, GpuWorker, Mode, ModelConfig, Phase, Swap
from models_admin.registry import options
from models_admin.registry.options import PAIR, TEXT_LAYER, Option
from models_admin.swaps import history
from models_admin.swaps.swap_rows import NEWER_WISH


class WishRefused(Exception):
    """A wish or a trial that is refused; the message says why, and what to do. `status_code` is REST's.

    WishRefused
    ├── UnknownModel   404: the registry has no such model
    ├── ModelDisabled  409: a part of the option is disabled
    ├── CannotRunHere  409: no live worker can run it
    ├── DoesNotFit     400: no such mode, or the model does not work in it
    └── NoWorker       503: no worker is running
    """

    status_code = 400


class UnknownModel(WishRefused):
    status_code = 404


class ModelDisabled(WishRefused):
    status_code = 409


class CannotRunHere(WishRefused):
    status_code = 409


class DoesNotFit(WishRefused):
    status_code = 400


class NoWorker(WishRefused):
    status_code = 503


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A granted wish. `swap` is None if every worker serves the option already."""

    option: Option
    swap: Swap | None
    created: bool


def make_wish(*, model_name: str, mode: str, user: AbstractBaseUser | AnonymousUser) -> Wish:
    """Ask every live worker that can run it for the model or pair `model_name`. Raises WishRefused."""
    option = find_option(model_name, mode)
    wish_id = uuid.uuid4()
    with transaction.atomic():
        # Lock the rows so that simultaneous wishes take turns; SQLite's transactions do so anyway.
        workers = list(GpuWorker.objects.live().select_for_update())
        if not workers:
            raise NoWorker("No GPU worker is running, so nothing can be swapped. Start one: wfc worker.")
        able = [worker for worker in workers if not option.obstacle_on(worker)]
        if not able:
            raise CannotRunHere(f"{option.display_name} cannot run here. {option.obstacle(workers)}")
        swaps = [_wish_of(worker, option, wish_id, user) for worker in able]
    wanted = [swap for swap in swaps if swap is not None]
    created = any(swap.wish_id == wish_id for swap in wanted)
    return Wish(option=option, swap=wanted[0] if wanted else None, created=created)


def find_option(model_name: str, mode: str) -> Option:
    """Return the option with this name. Raises WishRefused."""
    if mode not in Mode.values:
        raise DoesNotFit(f"There is no mode “{mode[:50]}”: choose one_shot or hybrid.")
    rows = list(ModelConfig.objects.all())
    offered = options.offered_options(rows)
    for option in offered:
        if option.name == model_name and option.mode == mode:
            return option
    _refuse_parts(model_name, {row.name: row for row in rows})
    fits = [
        option.name for option in offered if option.mode == mode and model_name in option.name.split(PAIR)
    ]
    hint = f"Choose a pair such as “{fits[0]}”." if fits else "Choose another mode or another model."
    raise DoesNotFit(f"{model_name[:200]} does not fit the mode {Mode(mode).label}. {hint}")


def _refuse_parts(model_name: str, named: dict[str, ModelConfig]) -> None:
    """Raise for a part that is unknown or disabled, whatever the mode."""
    for part in model_name.split(PAIR):
        if part == TEXT_LAYER:
            continue
        if part not in named:
            raise UnknownModel(f"There is no model “{part[:200]}” in the registry.")
        if not named[part].enabled:
            raise ModelDisabled(f"{part} is disabled. Enable it in the admin first.")


def _wish_of(
    worker: GpuWorker,
    option: Option,
    wish_id: uuid.UUID,
    user: AbstractBaseUser | AnonymousUser,
) -> Swap | None:
    """Return the open or new swap that grants the wish on `worker`; None if it serves the option already."""
    open_ones = Swap.objects.filter(worker=worker, phase__in=[Phase.QUEUED, *RUNNING_PHASES])
    newest = open_ones.order_by("-pk").first()  # a waiting swap is always newer than the running one
    if newest is not None and _grants(newest, option):
        return newest
    if newest is None and worker.status == GpuWorker.Status.READY and worker.serves(option.key, option.rows):
        return None
    if newest is not None:
        _supersede(newest)
    swap = Swap(
        wish_id=wish_id,
        worker=worker,
        mode=option.mode,
        model_config=option.model_config,
        parser=option.parser,
        cold=option.is_cold_on(worker),
        requested_by=user if user.is_authenticated else None,  # type: ignore[misc]
    )
    swap.eta_seconds = sum(history.earlier_s(swap).values()) or None
    swap.save()
    audit.record("swap.wish", swap, user, model_config_id=option.model_config.pk, mode=option.mode)
    publish(messages.WORKERS, Message(type=Command.SWAP, id=swap.pk))
    publish(messages.MODELS, Message(type=Report.SWAP_CHANGED, id=swap.pk))
    return swap


def _grants(swap: Swap, option: Option) -> bool:
    """Whether `swap` leads to `option` as the registry describes it now."""
    if _key(swap) != option.key or swap.phase == Phase.ROLLING_BACK:
        return False
    begun = swap.phase != Phase.QUEUED
    return not (begun and any(row.updated_at > swap.requested_at for row in option.rows))


def _key(row: Swap | GpuWorker) -> tuple[str, int | None, int | None]:
    return (row.mode, row.model_config_id, row.parser_id)


def _supersede(swap: Swap) -> None:
    """End the wish if it still waits."""
    waiting = Swap.objects.filter(pk=swap.pk, phase=Phase.QUEUED)
    if waiting.update(phase=Phase.SUPERSEDED, ended_at=timezone.now(), reason=NEWER_WISH):
        publish(messages.MODELS, Message(type=Report.SWAP_CHANGED, id=swap.pk))
