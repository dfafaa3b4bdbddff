"""When a waiting piece of a drawing must be woken. A timer is a row; nothing is opened to find out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kit.db import Db


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer whose moment has come."""

    dossier_id: UUID
    task_no: int
    office_id: int
    name: str
    due_at: datetime


async def set_timer(
    db: Db, dossier_id: UUID, task_no: int, *, office_id: int, name: str, due_at: datetime, set_at: datetime | None = None,
    term: str | None = None,
) -> None:
    """Wake this task at `due_at`, counted as `term` from `set_at`; setting it again moves it."""
    moved = await db.run(
        "UPDATE timer SET name = $3, due_at = $4, set_at = $5, term = $6 WHERE dossier_id = $1 AND task_no = $2",
        dossier_id, task_no, name, due_at, set_at, term,
    )
    if not moved:
        await db.run(
            "INSERT INTO timer (dossier_id, task_no, office_id, name, due_at, set_at, term)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            dossier_id, task_no, office_id, name, due_at, set_at, term,
        )


async def drop_timers(db: Db, dossier_id: UUID, task_nos: Sequence[int] | None = None) -> int:
    """Forget timers of tasks that no longer wait; all of the dossier's without `task_nos`. How many went."""
    if task_nos is None:
        return await db.run("DELETE FROM timer WHERE dossier_id = $1", dossier_id)
    return await db.run("DELETE FROM timer WHERE dossier_id = $1 AND task_no = ANY($2)", dossier_id, list(task_nos))


async def due_timers(db: Db, now: datetime, limit: int = 20, *, after: DueTimer | None = None) -> list[DueTimer]:
    """Timers due by `now`, oldest first; `after`: those behind it. Not locked: `lock_for_firing` looks again.

    Play the turn and drop the timer in the same transaction: it fires once, and after a crash it is still there.
    """
    rows = await db.rows(
        "SELECT dossier_id, task_no, office_id, name, due_at FROM timer WHERE due_at <= $1"
        " AND ($2::timestamptz IS NULL OR (due_at, dossier_id, task_no) > ($2, $3::uuid, $4::int))"
        " ORDER BY due_at, dossier_id, task_no LIMIT $5",
        now, after.due_at if after else None, after.dossier_id if after else None, after.task_no if after else None, limit,
    )
    return [DueTimer(**dict(row)) for row in rows]


async def lock_for_firing(db: Db, timer: DueTimer, now: datetime) -> bool:
    """Lock the dossier's process, as everybody who moves a dossier does, and see that the timer is still to fire.

    False: somebody works on the dossier, the timer is gone or moved, or an earlier one of the same dossier has not fired.
    """
    return await db.value(
        "SELECT true FROM process p JOIN timer t USING (dossier_id) WHERE dossier_id = $1 AND t.task_no = $2"
        " AND t.due_at <= $3 AND NOT EXISTS (SELECT 1 FROM timer e WHERE e.dossier_id = t.dossier_id"
        "   AND (e.due_at, e.task_no) < (t.due_at, t.task_no)) FOR UPDATE OF p SKIP LOCKED",
        timer.dossier_id, timer.task_no, now,
    ) is True


async def next_timer(db: Db) -> datetime | None:
    """When the next timer is due: how long a worker may sleep."""
    moment: datetime | None = await db.value("SELECT min(due_at) FROM timer")
    return moment
