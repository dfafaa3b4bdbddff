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


async def set_timer(db: Db, dossier_id: UUID, task_no: int, *, office_id: int, name: str, due_at: datetime) -> None:
    """Wake this task at `due_at`; setting it again moves it."""
    await db.run(
        "INSERT INTO timer (dossier_id, task_no, office_id, name, due_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (dossier_id, task_no) DO UPDATE SET name = excluded.name, due_at = excluded.due_at",
        dossier_id, task_no, office_id, name, due_at,
    )


async def drop_timers(db: Db, dossier_id: UUID, task_nos: Sequence[int] | None = None) -> int:
    """Forget timers of tasks that no longer wait; all of the dossier's without `task_nos`. How many went."""
    if task_nos is None:
        return await db.run("DELETE FROM timer WHERE dossier_id = $1", dossier_id)
    return await db.run("DELETE FROM timer WHERE dossier_id = $1 AND task_no = ANY($2)", dossier_id, list(task_nos))


async def due_timers(db: Db, now: datetime, limit: int = 20) -> list[DueTimer]:
    """Timers due by `now`, oldest first. Not locked: whoever fires one locks its process first, then looks again.

    Play the turn and drop the timer in the same transaction: it fires once, and after a crash it is still there.
    """
    rows = await db.rows(
        "SELECT dossier_id, task_no, office_id, name, due_at FROM timer WHERE due_at <= $1"
        " ORDER BY due_at LIMIT $2",
        now, limit,
    )
    return [DueTimer(**dict(row)) for row in rows]


async def next_timer(db: Db) -> datetime | None:
    """When the next timer is due: how long a worker may sleep."""
    moment: datetime | None = await db.value("SELECT min(due_at) FROM timer")
    return moment
