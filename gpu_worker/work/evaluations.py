"""Evaluate: let the deciding model read a résumé, and write its answer."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace

from candidates.documents import store
from candidates.evaluations import claims
from candidates.evaluations.claims import ClaimedEvaluation
from candidates.models.provenance import Provenance
from gpu_worker.core.scheduler import Selection
from gpu_worker.engines.protocol import Engine, Reply, Request, Sampling
from gpu_worker.work import provenance
from gpu_worker.work.attempts import Attempts
from models_admin.models import Mode


class Evaluations(Attempts[ClaimedEvaluation]):
    kind = "evaluation"
    work = claims.EVALUATIONS

    async def perform(self, engine: Engine, selection: Selection, piece: ClaimedEvaluation) -> None:
        began_s = time.monotonic()
        at, model = self.station, engine.spec.name
        images = await self._images(engine, selection, piece)
        reply = await engine.evaluate(_request(piece, images))
        at.recovery.record_answer()
        at.fleet.record_use(engine)
        at.metrics.tokens_used(model, prompt=reply.prompt_tokens, generated=reply.generated_tokens)
        took_s, runs_as = time.monotonic() - began_s, at.fleet.runs_as(engine)
        trace = provenance.trace(engine, reply, images, seconds=took_s, runs_as=runs_as)
        await at.db(claims.complete, piece, reply.answer, _noted(trace, engine, selection, reply))
        at.metrics.evaluation_succeeded(model, reply.answer.outcome, time.monotonic() - began_s)

    async def _images(
        self, engine: Engine, selection: Selection, piece: ClaimedEvaluation
    ) -> Mapping[int, bytes]:
        """Return the images that One-Shot shows to a model that sees pages; none for others."""
        if selection.mode != Mode.ONE_SHOT or not engine.spec.sees_pages:
            return {}
        return await asyncio.to_thread(store.images, piece.image_keys)


def _noted(trace: Provenance, engine: Engine, selection: Selection, reply: Reply) -> Provenance:
    """Return `trace`; if a model that sees pages was given text alone, its version says so."""
    one_shot = selection.mode == Mode.ONE_SHOT and engine.spec.sees_pages
    if not one_shot or reply.seen:
        return trace
    return replace(trace, engine_version=f"{engine.version}, text layer")


def _request(piece: ClaimedEvaluation, images: Mapping[int, bytes]) -> Request:
    return Request(
        id=piece.pk,
        job_title=piece.job_title,
        job_description=piece.job_description,
        criteria=piece.criteria,
        pages=piece.pages,
        as_of=piece.applied_on,
        images=images,
        wrong=piece.wrong,
        sampling=Sampling(**piece.sampling) if piece.sampling else None,
    )
