"""Delete what is no record when its term is over: drafts nobody touched, spent keys, finished jobs of closed dossiers.

The worker does it by the hour. Every statement goes down an index or stops at the first row that is too young, and each
batch is a transaction of its own. The terms are data: workflows/keeping.toml.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.dossiers.keeping import terms
from app.dossiers.states import ENDED
from app.dossiers.tools import Tools
from app.journal import service as journal
from app.journal.service import SYSTEM
from app.kit import clock
from app.kit.db import Db

FORGETTING: Final = 5_300_062  # the advisory lock: one worker forgets at a time
BATCH: Final = 100
KEYS: Final = 5000
WALK: Final = 2000
MOST_BATCHES: Final = 50  # in one round; the rest follows an hour later

# Everything a draft may have. What is written for ever (the journal, with ids only) stays.
OF_A_DRAFT: Final = (
    "alert", "answer", "consultation", "delivery", "document", "fee", "finding", "found_by", "job", "late_cause", "message",
    "notice", "payment", "process", "result", "signature", "step", "supplement_request", "timer", "verdict",
)
_UNTOUCHED: Final = """
SELECT d.id, d.office_id, d.procedure_code FROM dossier d
WHERE d.state = 'draft' AND d.code IS NULL AND d.created_at < $1
  AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.dossier_id = d.id AND a.saved_at >= $1)
  AND NOT EXISTS (SELECT 1 FROM document f WHERE f.dossier_id = d.id AND greatest(f.added_at, f.removed_at) >= $1)
"""
_LEFT: Final = _UNTOUCHED + " ORDER BY d.created_at, d.id LIMIT $2 FOR UPDATE OF d SKIP LOCKED"
# Asked once more when they are held: an answer kept between the look and the lock is only seen by a new look.
_STILL_LEFT: Final = _UNTOUCHED + " AND d.id = ANY($2)"
_WALK: Final = """
SELECT j.id, j.created_at, j.state = 'done' AND j.done_at < $2
  AND (j.dossier_id IS NULL OR d.id IS NULL OR (d.finished_at < $2 AND d.state = ANY($3))) AS over
FROM (SELECT * FROM job WHERE id > $1 ORDER BY id LIMIT $4) j LEFT JOIN dossier d ON d.id = j.dossier_id ORDER BY j.id
"""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of each were deleted."""

    drafts: int = 0
    keys: int = 0
    jobs: int = 0


async def forget(tools: Tools, offices: list[int]) -> Forgotten:
    """One round over these offices; nothing when another worker is at it. Raises StoreError when the store is away."""
    now, kept = clock.now(), terms()
    drafts = await _drafts(tools, offices, now - kept.drafts)
    keys = await _keys(tools, now - kept.idempotency_keys)
    return Forgotten(drafts, keys, await _jobs(tools, offices, now - kept.finished_jobs))


async def _drafts(tools: Tools, offices: list[int], before: datetime) -> int:
    """The bytes go before the rows: what fails in between is found again by its rows, and deleted again."""
    count = 0
    for _ in range(MOST_BATCHES):
        async with tools.database.transaction(offices=offices) as db:
            if not await _alone(db):
                return count
            held = [row["id"] for row in await db.rows(_LEFT, before, BATCH)]
            rows = await db.rows(_STILL_LEFT, before, held)
            ids = [row["id"] for row in rows]
            for paper in await db.rows("SELECT object_key FROM document WHERE dossier_id = ANY($1)", ids):
                await tools.store.delete(paper["object_key"])
            for row in rows:
                await journal.record(
                    db, row["id"], row["office_id"], "draft.forgotten", by=SYSTEM, procedure=row["procedure_code"]
                )
            for table in OF_A_DRAFT:
                await db.run(f'DELETE FROM "{table}" WHERE dossier_id = ANY($1)', ids)
            count += await db.run("DELETE FROM dossier WHERE id = ANY($1)", ids)
        if len(held) < BATCH:
            return count
    return count


async def _keys(tools: Tools, before: datetime) -> int:
    count = 0
    for _ in range(MOST_BATCHES):
        async with tools.database.transaction() as db:
            gone = await db.run(
                "DELETE FROM idempotency_key WHERE (actor, key) IN"
                " (SELECT actor, key FROM idempotency_key WHERE at < $1 ORDER BY at LIMIT $2)", before, KEYS,
            )
        count += gone
        if gone < KEYS:
            return count
    return count


async def _jobs(tools: Tools, offices: list[int], before: datetime) -> int:
    """Down the jobs in the order they were written, to the first one that is too young: what is kept so long is rare."""
    count, last = 0, 0
    for _ in range(MOST_BATCHES):
        async with tools.database.transaction(offices=offices) as db:
            if not await _alone(db):
                return count
            rows = await db.rows(_WALK, last, before, [state.value for state in ENDED], WALK)
            count += await db.run("DELETE FROM job WHERE id = ANY($1)", [row["id"] for row in rows if row["over"]])
        if len(rows) < WALK or rows[-1]["created_at"] >= before:
            return count
        last = rows[-1]["id"]
    return count


async def _alone(db: Db) -> bool:
    return bool(await db.value("SELECT pg_try_advisory_xact_lock($1)", FORGETTING))
