"""Queue outside work in the transaction that decides it; take, finish, postpone and free it in the worker.

The rows of `job` are the truth; pgqueuer wakes the worker. A job's start is counted before it runs, so work that
kills its worker is not tried for ever (shared knowledge: docs/decisions/0003-jobs.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.kit import clock
from app.kit.db import Db

if TYPE_CHECKING:
    from pgqueuer.queries import Queries

ENTRYPOINT = "job"
MOST_ATTEMPTS = 8
AFTER_AN_OUTAGE = timedelta(minutes=2)  # how often work that only waits for an outside part is tried when it is stuck


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Work to be queued now; `payload` is kept as JSON."""

    name: str
    key: str
    dossier_id: UUID | None = None
    payload: dict[str, Any] = field(default_factory=dict)


# Several pieces of work of one office, as a part of the statement that decides them. What is known already stays.
WRITE_JOBS: Final = """
  INSERT INTO job (office_id, dossier_id, name, key, payload, state, attempts, created_at, run_at)
  SELECT {office}::int, w.dossier_id, w.name, w.key, w.payload, 'waiting', 0, {at}::timestamptz, {at}::timestamptz
  FROM jsonb_to_recordset({jobs}::jsonb) AS w(name text, key text, dossier_id uuid, payload jsonb)"""


def job_rows(wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
    """What `WRITE_JOBS` is given as `jobs`."""
    return [
        {"name": w.name, "key": w.key, "dossier_id": str(w.dossier_id) if w.dossier_id else None, "payload": w.payload}
        for w in wanted
    ]


def waking_parts() -> str:
    """The worker is woken by parts of the statement that writes jobs, behind one called `to_wake(id)`."""
    # Here: pgqueuer brings its command line along, 0.1 s for a process that queues nothing.
    from app.jobs import waking

    return waking.waking_parts(ENTRYPOINT)


async def wake_all(db: Db, job_ids: Sequence[int]) -> None:
    """Wake the worker for jobs that were just written, when this transaction commits."""
    if job_ids:
        assert db.connection.is_in_transaction()
        await _queries(db).enqueue(
            [ENTRYPOINT] * len(job_ids), [str(job_id).encode() for job_id in job_ids], [0] * len(job_ids)
        )


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
    row = await db.row(
        "UPDATE job SET attempts = CASE WHEN attempts < $2 THEN attempts + 1 ELSE attempts END,"
        " state = CASE WHEN attempts < $2 THEN state ELSE 'stuck' END WHERE id = $1 AND state = 'waiting' RETURNING *",
        job_id, MOST_ATTEMPTS,
    )
    if row is None or row["state"] != "waiting":
        return None
    return Work(row["id"], row["office_id"], row["dossier_id"], row["name"], row["key"], row["payload"], row["attempts"])


async def finish(db: Db, job_id: int) -> bool:
    """Mark the work done in the transaction that keeps its outcome. False: it already was, so keep nothing twice."""
    touched = await db.run(
        "UPDATE job SET state = 'done', done_at = $2, trouble = NULL WHERE id = $1 AND state = 'waiting'",
        job_id, clock.now(),
    )
    return touched == 1


async def postpone(
    db: Db, job_id: int, *, trouble: str, attempt: int, hopeless: bool = False, outage: bool = False
) -> bool:
    """Note why it failed and try again later (2, 4, 8 … seconds), or hold it as stuck, for people to see.

    `outage`: nothing is wrong but that an outside part is away; then even stuck work is taken up again by itself
    (`resumed`). True when the next try is not waiting for a person.
    """
    if hopeless or attempt >= MOST_ATTEMPTS:
        await db.run(
            "UPDATE job SET state = 'stuck', trouble = $2, run_at = $3,"
            " payload = CASE WHEN $4 THEN payload || '{\"outage\": true}' ELSE payload - 'outage' END"
            " WHERE id = $1 AND state = 'waiting'",
            job_id, trouble, clock.now() + AFTER_AN_OUTAGE, outage and not hopeless,
        )
        return outage and not hopeless
    delay = timedelta(seconds=min(2**attempt, 600))
    await db.run(
        "UPDATE job SET trouble = $2, run_at = $3 WHERE id = $1 AND state = 'waiting'",
        job_id, trouble, clock.now() + delay,
    )
    await _wake(db, job_id, delay)
    return True


async def resumed(db: Db, *, limit: int = 20) -> list[int]:
    """Stuck work that only waited for an outside part, due for its next try: one start more, no further."""
    rows = await db.rows(
        "UPDATE job SET state = 'waiting', attempts = $2 WHERE id IN (SELECT id FROM job WHERE state = 'stuck'"
        " AND payload ? 'outage' AND run_at <= $1 ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id",
        clock.now(), MOST_ATTEMPTS - 1, limit,
    )
    return [row["id"] for row in rows]


async def free(db: Db, job_id: int) -> bool:
    """Try a stuck job again from the start; a person asked for it."""
    touched = await db.run(
        "UPDATE job SET state = 'waiting', attempts = 0, run_at = $2, payload = payload - 'outage'"
        " WHERE id = $1 AND state = 'stuck'",
        job_id, clock.now(),
    )
    if touched:
        await _wake(db, job_id, None)
    return touched == 1


async def overdue(db: Db, *, limit: int = 100) -> list[int]:
    """Waiting jobs whose wake-up was lost (a crash between attempts), for this worker's sweep alone.

    Taking them puts them off: of several workers that sweep at once, and in the next minute, one has each of them.
    """
    now = clock.now()
    rows = await db.rows(
        "UPDATE job SET run_at = $2 WHERE id IN (SELECT id FROM job WHERE state = 'waiting' AND run_at < $1"
        " ORDER BY run_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id",
        now - timedelta(seconds=60), now, limit,
    )
    return sorted(row["id"] for row in rows)


async def _wake(db: Db, job_id: int, delay: timedelta | None) -> None:
    # The raw connection is safe to use: Database opened its transaction explicitly (the trap of an autocommitting
    # first statement is SQLAlchemy's, and there is no SQLAlchemy here).
    assert db.connection.is_in_transaction()
    await _queries(db).enqueue(ENTRYPOINT, str(job_id).encode(), execute_after=delay)


def _queries(db: Db) -> "Queries":
    # Here: pgqueuer brings its command line along, 0.1 s for a process that queues nothing.
    from app.jobs import waking

    return waking.queries(db)
