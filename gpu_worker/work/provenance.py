"""Write down how an answer came about."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from candidates.models.provenance import Provenance
from gpu_worker.engines.protocol import Engine, Reply


def trace(
    engine: Engine, reply: Reply, images: Mapping[int, bytes], *, seconds: float, runs_as: str
) -> Provenance:
    """Return the provenance of `reply`. Of `images`, by page number, the first `reply.seen` were used."""
    seen = sorted(images)[: reply.seen]
    return Provenance(
        engine_version=engine.version,
        model_revision=engine.revision,
        sampling=asdict(reply.sampling) if reply.sampling else {},
        prompt_version=reply.prompt_version,
        prompt_hash=reply.prompt_hash,
        page_hashes=[hashlib.sha256(images[number]).hexdigest() for number in seen],
        raw=reply.raw,
        thinking=reply.thinking,
        prompt_tokens=reply.prompt_tokens,
        generated_tokens=reply.generated_tokens,
        seconds=round(seconds, 3),
        runs_as=runs_as,
    )
