"""What the API says of models: what can be chosen, and what goes on."""

from typing import Any

from django.utils import timezone

from models_admin import backlog
from models_admin.models import Mode
from models_admin.present import HOVER_TEXTS, Present, status_text
from models_admin.registry import options
from models_admin.registry.options import Option

DESCRIPTIONS = {
    Mode.ONE_SHOT: "One model reads the document and gives the verdict.",
    Mode.HYBRID: "A parser transcribes the document, and a text model gives the verdict.",
}


def available_models() -> dict[str, Any]:
    """Return `/api/models/available`: the options by mode. Field names are kept for older clients."""
    present = Present()
    return {
        "inference_modes": {
            mode.value: {
                "display_name": mode.label,
                "description": DESCRIPTIONS[mode],
                "hover_text": HOVER_TEXTS[mode],
                "models": {o.name: _described(present, o) for o in present.offered if o.mode == mode},
            }
            for mode in Mode
        },
        "current_mode": present.current.mode.value if present.current else None,
        "current_model": present.current.name if present.current else None,
    }


def _described(present: Present, option: Option) -> dict[str, Any]:
    choice = present.choice(option)
    described: dict[str, Any] = {
        "name": option.name,
        "display_name": option.display_name,
        "available": choice.available,
        "reason": choice.reason,
        "residency": choice.residency or None,
        "eta_seconds": choice.eta_seconds,
    }
    if option.mode == Mode.HYBRID:
        return described | {
            "type": "hybrid_combination",
            "vision_model": option.parser.name if option.parser else options.TEXT_LAYER,
            "reasoning_model": option.model_config.name,
        }
    return described | {"type": option.model_config.type, "max_model_len": option.model_config.max_model_len}


def models_status() -> dict[str, Any]:
    """Return `/api/models/status`: swap, queue and workers. Field names are kept for older clients."""
    present = Present()
    swap = present.swaps[0] if present.swaps else None
    return {
        "current_model": present.current.name if present.current else None,
        "inference_mode": present.current.mode.value if present.current else None,
        "status": present.status,
        "detail": status_text(present),
        "swap_id": swap.pk if swap else None,
        "phase": swap.phase if swap else None,
        "progress": swap.progress if swap else None,
        "eta_seconds": swap.eta_seconds if swap else None,
        "phase_seconds": swap.phase_seconds if swap else None,
        "queue": backlog.depth(),
        "workers": [
            {
                "name": worker.name,
                "status": worker.status,
                "device": worker.device,
                "current_model": option.name if (option := present.option_of(worker)) else None,
                "heartbeat_age_seconds": round((timezone.now() - worker.heartbeat_at).total_seconds(), 1),
                "memory": worker.memory or None,
            }
            for worker in present.workers
        ],
    }
