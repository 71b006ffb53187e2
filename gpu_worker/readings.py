"""Evaluations in hand: claimed for the selection that serves, read by its engine, written or put back."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from dataclasses import replace

from candidates import evaluations, store
from candidates.evaluations import Reading
from candidates.leases import ClaimLost
from candidates.provenance import Provenance
from gpu_worker import provenance, queue
from gpu_worker.database import Database
from gpu_worker.engines.protocol import AnswerFailed, Engine, EngineFailed, Reply, Request, Sampling
from gpu_worker.fleet import Fleet
from gpu_worker.hand import Hand
from gpu_worker.metrics import Metrics
from gpu_worker.scheduler import Selection, next_batch
from gpu_worker.serving import Serving
from gpu_worker.swapper import Admitted, Answered, Swapper
from models_admin.models import GpuWorker, Mode

log = logging.getLogger(__name__)

OUR_ERROR = "The résumé could not be read: an error of ours, see the log."


class Readings:
    def __init__(
        self,
        row: GpuWorker,
        db: Database,
        fleet: Fleet,
        swapper: Swapper,
        serving: Serving,
        metrics: Metrics,
        hand: Hand,
    ) -> None:
        self._row, self._db, self._fleet, self._swapper = row, db, fleet, swapper
        self._serving, self._metrics, self.hand = serving, metrics, hand
        self._alone: int | None = None  # the one that runs with nothing beside it

    async def take(self) -> None:
        """Claim evaluations and give them to the engine, as many as it takes at once."""
        serving = self._swapper.serving
        if serving is None or not self._may_claim(serving):
            return
        engine = self._fleet[serving.model_config_id]
        readings = await self._claim(serving, engine.max_in_flight)
        if self._swapper.serving != serving or not self._may_claim(serving):  # the world went on meanwhile
            await self._db(evaluations.put_back, readings)
            return
        for reading in readings:
            self._alone = reading.pk if reading.alone else None
            self._swapper.handle(Admitted(request=reading.pk))
            self.hand.hold(reading.pk, self._evaluate(engine, serving, reading))

    def _may_claim(self, serving: Selection) -> bool:
        return self._swapper.admits and self._alone is None and self._fleet.awake(serving.engines)

    async def _claim(self, serving: Selection, at_once: int) -> list[Reading]:
        in_hand = self.hand.pks
        room = at_once - len(in_hand)
        if in_hand and room < at_once // 5:  # a few at a time cost less, and its reserve lasts
            return []
        queues = await self._db(queue.waiting) if room > 0 else []
        batch = next_batch(serving, queues, room)
        if batch is None:
            return []
        return await self._db(
            evaluations.claim,
            self._row,
            batch.count,
            mode=batch.selection.mode,
            model_config_id=batch.selection.model_config_id,
            parser_id=batch.selection.parser_id,
            in_hand=in_hand,
        )

    async def _evaluate(self, engine: Engine, serving: Selection, reading: Reading) -> None:
        began_s = time.monotonic()
        model = engine.spec.name
        try:
            images = await self._images(engine, serving, reading)
            reply = await engine.evaluate(_request(reading, images))
            self._serving.all_is_well()
            self._fleet.used(engine)
            used = {"prompt": reply.prompt_tokens, "generated": reply.generated_tokens}
            self._metrics.tokens_used(model, **used)
            took_s, runs_as = time.monotonic() - began_s, self._fleet.runs_as(engine)
            trace = provenance.of(engine, reply, images, seconds=took_s, runs_as=runs_as)
            await self._write(engine, serving, reading, reply, trace)
            self._metrics.evaluation_succeeded(model, reply.answer.outcome, took_s)
        except AnswerFailed as failure:
            self._serving.all_is_well()
            self._metrics.evaluation_failed(model, "answer")
            await self._fail(reading, str(failure), in_answer=True)
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)
        except asyncio.CancelledError:
            await asyncio.shield(self._db(evaluations.put_back, [reading]))
        except EngineFailed as failure:
            await self._mourn(engine, reading, str(failure))
        except Exception:
            log.exception("evaluation %s", reading.pk)
            self._metrics.evaluation_failed(model, "error")
            await self._fail(reading, OUR_ERROR)
        finally:
            self._alone = None if self._alone == reading.pk else self._alone
            self._swapper.handle(Answered(request=reading.pk))

    async def _images(self, engine: Engine, serving: Selection, reading: Reading) -> Mapping[int, bytes]:
        """What One-Shot shows to a model that sees pages; nobody else is given images."""
        if serving.mode != Mode.ONE_SHOT or not engine.spec.sees_pages:
            return {}
        return await asyncio.to_thread(store.images, reading.image_keys)

    async def _write(
        self, engine: Engine, serving: Selection, reading: Reading, reply: Reply, trace: Provenance
    ) -> None:
        one_shot = serving.mode == Mode.ONE_SHOT and engine.spec.sees_pages
        saw_text_only = serving.parser_id is not None or (one_shot and not reply.seen)
        if saw_text_only:
            trace = replace(trace, engine_version=f"{engine.version}, text layer")
        await self._db(evaluations.complete, reading, reply.answer, trace)

    async def _fail(self, reading: Reading, sentence: str, *, in_answer: bool = False) -> None:
        try:
            await self._db(evaluations.fail, reading, sentence, in_answer=in_answer)
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)

    async def _mourn(self, engine: Engine, reading: Reading, sentence: str) -> None:
        self._serving.why_lost = sentence
        self._metrics.evaluation_failed(engine.spec.name, "engine")
        if await self._fleet.lose(engine):
            self._metrics.engine_lost(engine.spec.name)
        with contextlib.suppress(ClaimLost):
            await self._db(evaluations.engine_died, reading, sentence)


def _request(reading: Reading, images: Mapping[int, bytes]) -> Request:
    return Request(
        id=reading.pk,
        job_title=reading.job_title,
        job_description=reading.job_description,
        pages=reading.pages,
        images=images,
        wrong=reading.wrong,
        sampling=Sampling(**reading.sampling) if reading.sampling else None,
    )
