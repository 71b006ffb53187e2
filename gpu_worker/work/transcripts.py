"""Transcribe: let a parser read the page images of a résumé, one page after the other."""

import asyncio

from candidates.documents import store
from candidates.evaluations import transcripts
from candidates.evaluations.transcripts import ClaimedTranscript, TranscribedPage
from gpu_worker.core.scheduler import Selection
from gpu_worker.engines.protocol import Engine
from gpu_worker.work.attempts import Attempts


class Transcripts(Attempts[ClaimedTranscript]):
    kind = "transcript"
    work = transcripts.TRANSCRIPTS

    async def perform(self, engine: Engine, selection: Selection, piece: ClaimedTranscript) -> None:
        images = await asyncio.to_thread(store.images, piece.image_keys)
        pages = [
            await self._page(engine, images[number]) if number in images else TranscribedPage(text=text)
            for number, text in enumerate(piece.texts, 1)
        ]
        self.station.recovery.record_answer()
        self.station.fleet.record_use(engine)
        await self.station.db(transcripts.complete, piece, pages, engine_version=engine.version)

    async def _page(self, engine: Engine, image: bytes) -> TranscribedPage:
        said = await engine.transcribe(image)
        tokens = self.station.metrics.tokens_used
        tokens(engine.spec.name, prompt=said.prompt_tokens, generated=said.generated_tokens)
        return TranscribedPage(text=said.text, cut=said.cut)
