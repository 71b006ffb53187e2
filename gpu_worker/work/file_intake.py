"""Open received files in sandboxed child processes, a few at a time, whatever models do meanwhile."""

import asyncio
import contextlib
import logging

from candidates.documents import kinds
from candidates.documents.refusals import DocumentRefused
from candidates.models import ItemState
from candidates.models.leases import ClaimLost
from candidates.uploads import archives, preparation
from candidates.uploads.preparation import FILES, ClaimedFile
from gpu_worker.database import Database
from gpu_worker.work.hand import Hand
from models_admin.models import GpuWorker

log = logging.getLogger(__name__)

AT_ONCE = 2  # child processes; each may take a whole core


class FileIntake:
    """`hand` holds the files that are being opened."""

    def __init__(self, row: GpuWorker, db: Database, hand: Hand) -> None:
        self._row, self._db, self.hand = row, db, hand

    async def take(self) -> None:
        """Claim as many files as there is room for, and begin to open them."""
        in_hand = self.hand.pks
        room = AT_ONCE - len(in_hand)
        for claimed in await self._db(FILES.claim, self._row, room, in_hand):
            self.hand.hold(claimed.pk, self._prepare(claimed))

    async def _prepare(self, claimed: ClaimedFile) -> None:
        try:
            await self._open(claimed)
        except ClaimLost as lost:
            log.warning("Not written: %s", lost)
        except asyncio.CancelledError:
            await asyncio.shield(self._db(FILES.put_back, [claimed]))
        except Exception:
            log.exception("file %s", claimed.pk)
            sentence = "The file could not be opened because of an internal error. The log has the details."
            with contextlib.suppress(ClaimLost):
                await self._db(FILES.fail, claimed, sentence)

    async def _open(self, claimed: ClaimedFile) -> None:
        try:
            if claimed.media_type == kinds.ZIP:
                await self._unpack(claimed)
            else:
                found = await asyncio.to_thread(preparation.read_pages, claimed)
                await self._db(preparation.complete, claimed, found)
        except DocumentRefused as refusal:
            await self._db(preparation.refuse, claimed, ItemState(refusal.state), str(refusal))

    async def _unpack(self, claimed: ClaimedFile) -> None:
        with contextlib.closing(await asyncio.to_thread(archives.unpack, claimed)) as found:
            await self._db(archives.replace, claimed, found)
