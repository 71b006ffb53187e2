"""Remember what was measured of engines from one load to the next, in EngineRecord rows."""

from collections.abc import Mapping
from typing import Any, Protocol

from gpu_worker.database import Database
from gpu_worker.engines.protocol import Footprint, Record
from models_admin.models import EngineRecord


class Records(Protocol):
    async def recall(self, spec_id: int, fingerprint: str) -> Record | None:
        """Return what was kept under `fingerprint`; None the first time."""

    async def keep(self, spec_id: int, record: Record) -> None:
        """Keep `record` in place of an earlier one."""


class DatabaseRecords:
    """Records in the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def recall(self, spec_id: int, fingerprint: str) -> Record | None:
        return await self._db(_read, spec_id, fingerprint)

    async def keep(self, spec_id: int, record: Record) -> None:
        await self._db(_write, spec_id, record)


def _read(spec_id: int, fingerprint: str) -> Record | None:
    row = EngineRecord.objects.filter(model_config_id=spec_id, fingerprint=fingerprint).first()
    if row is None:
        return None
    footprint = Footprint(
        gpu_gib=row.gpu_gib,
        asleep_gpu_gib=row.asleep_gpu_gib,
        host_gib=row.host_gib,
        kv_cache_bytes=row.kv_cache_bytes,
    )
    canary: Mapping[str, Any] = row.canary
    return Record(fingerprint=fingerprint, footprint=footprint, canary=canary)


def _write(spec_id: int, record: Record) -> None:
    took = record.footprint
    EngineRecord.objects.update_or_create(
        model_config_id=spec_id,
        fingerprint=record.fingerprint,
        defaults={
            "gpu_gib": took.gpu_gib,
            "asleep_gpu_gib": took.asleep_gpu_gib,
            "host_gib": took.host_gib,
            "kv_cache_bytes": took.kv_cache_bytes,
            "canary": dict(record.canary),
        },
    )
