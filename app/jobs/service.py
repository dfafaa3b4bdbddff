"""Queue outside work in the transaction that decides it; take, finish, postpone and free it in the worker.

The rows of `job` are the truth; pgqueuer wakes the worker. A job's start is counted before it runs, so work that
kills its worker is not tried for ever (shared knowledge: docs/decisions/0003-jobs.md).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from app.kit import clock
from app.kit.db import Db

ENTRYPOINT = "job"
MOST_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Work:
    """A job as the worker gets it. `attempt` counts from 1."""

    id: int
    office_id: int
    dossier_id: UUID | None
    name: str
    key: str
    payload: dict[str, Any]
    attempt: int


async def queue(
    db: Db,
    name: str,
    *,
    key: str,
    office_id: int,
    dossier_id: UUID | None = None,
    run_at: datetime | None = None,
    **payload: Any,
) -> int | None:
    """Queue the work `key` unless it is already known; its id, or None when it was. Commits or falls with `db`."""
    now = clock.now()
    job_id: int | None = await db.value(
        "INSERT INTO job (office_id, dossier_id, name, key, payload, state, attempts, created_at, run_at)"
        " VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7) ON CONFLICT (key) DO NOTHING RETURNING id",
        office_id, dossier_id, name, key, payload, now, run_at or now,
    )
    if job_id is not None:
        await _wake(db, job_id, (run_at - now) if run_at else None)
    return job_id


async def take(db: Db, job_id: int) -> Work | None:
    """Count one start of a waiting job, or None when it is done, or started too often (it is then stuck)."""
    row = await db.row("SELECT * FROM job WHERE id = $1 AND state = 'waiting' FOR UPDATE", job_id)
    if row is None:
        return None
    if row["attempts"] >= MOST_ATTEMPTS:
        await db.run("UPDATE job SET state = 'stuck' WHERE id = $1", job_id)
        return None
    await db.run("UPDATE job SET attempts = attempts + 1 WHERE id = $1", job_id)
    return Work(
        row["id"], row["office_id"], row["dossier_id"], row["name"], row["key"], row["payload"], row["attempts"] + 1
    )


async def finish(db: Db, job_id: int) -> bool:
    """Mark the work done in the transaction that keeps its outcome. False: it already was, so keep nothing twice."""
    touched = await db.run(
        "UPDATE job SET state = 'done', done_at = $2, trouble = NULL WHERE id = $1 AND state = 'waiting'",
        job_id, clock.now(),
    )
    return touched == 1


async def postpone(db: Db, job_id: int, *, trouble: str, attempt: int, hopeless: bool = False) -> bool:
    """Note why it failed and try again later (2, 4, 8 … seconds, at most 10 minutes), or hold it as stuck.

    True when it will be tried again.
    """
    if hopeless or attempt >= MOST_ATTEMPTS:
        await db.run("UPDATE job SET state = 'stuck', trouble = $2 WHERE id = $1 AND state = 'waiting'", job_id, trouble)
        return False
    delay = timedelta(seconds=min(2**attempt, 600))
    await db.run(
        "UPDATE job SET trouble = $2, run_at = $3 WHERE id = $1 AND state = 'waiting'",
        job_id, trouble, clock.now() + delay,
    )
    await _wake(db, job_id, delay)
    return True


async def free(db: Db, job_id: int) -> bool:
    """Try a stuck job again from the start; a person asked for it."""
    touched = await db.run(
        "UPDATE job SET state = 'waiting', attempts = 0, run_at = $2 WHERE id = $1 AND state = 'stuck'",
        job_id, clock.now(),
    )
    if touched:
        await _wake(db, job_id, None)
    return touched == 1


async def overdue(db: Db, *, limit: int = 100) -> list[int]:
    """Waiting jobs whose wake-up was lost (a crash between attempts): the worker's sweep wakes them again."""
    rows = await db.rows(
        "SELECT id FROM job WHERE state = 'waiting' AND run_at < $1 ORDER BY run_at LIMIT $2",
        clock.now() - timedelta(seconds=60), limit,
    )
    return [row["id"] for row in rows]


async def _wake(db: Db, job_id: int, delay: timedelta | None) -> None:
    # The raw connection is safe to use: Database opened its transaction explicitly (the trap of an autocommitting
    # first statement is SQLAlchemy's, and there is no SQLAlchemy here).
    assert db.connection.is_in_transaction()
    await Queries(AsyncpgDriver(db.connection)).enqueue(  # type: ignore[arg-type]
        ENTRYPOINT, str(job_id).encode(), execute_after=delay
    )
