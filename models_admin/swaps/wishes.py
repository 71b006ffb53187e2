"""Wishing for a model: the one way in which a person changes what the workers serve.

A wish is compared, worker by worker, with the swap that waits, else with the one that runs, else with the
selection that serves. Where it is equal nothing new is written; a newer wish takes the waiting one's place.
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
    """The wish cannot be granted; the text says why, and what to do."""

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
    """What became of a wish. `swap` is None where every worker serves the option already."""

    option: Option
    swap: Swap | None
    created: bool


def wish(*, model_name: str, mode: str, user: AbstractBaseUser | AnonymousUser) -> Wish:
    """Ask every live worker that can for the model or pair `model_name`. Raises WishRefused."""
    option = named(model_name, mode)
    wish_id = uuid.uuid4()
    with transaction.atomic():
        # The rows are locked so that two wishes at once take turns; SQLite's transactions do so anyway.
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


def named(model_name: str, mode: str) -> Option:
    """Return the option that is called so. Raises WishRefused."""
    if mode not in Mode.values:
        raise DoesNotFit(f"There is no mode “{mode[:50]}”: choose one_shot or hybrid.")
    rows = list(ModelConfig.objects.all())
    offered = options.offered(rows)
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
    """Raise for what no mode could help: a part that is unknown or disabled."""
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
    """The swap that grants the wish on `worker`: one that is open already, or a new one; None = it serves."""
    open_ones = Swap.objects.filter(worker=worker, phase__in=[Phase.QUEUED, *RUNNING_PHASES])
    newest = open_ones.order_by("-pk").first()  # the waiting one is always newer than the one that runs
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
    swap.eta_seconds = history.total(history.earlier_s(swap).values()) or None
    swap.save()
    audit.record("swap.wish", swap, user, model_config_id=option.model_config.pk, mode=option.mode)
    publish(messages.WORKERS, Message(type=Command.SWAP, id=swap.pk))
    publish(messages.MODELS, Message(type=Report.SWAP_CHANGED, id=swap.pk))
    return swap


def _grants(swap: Swap, option: Option) -> bool:
    """Whether `swap` will bring `option` as the registry describes it now."""
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
